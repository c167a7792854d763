// A gateway asks about an API request: token, scope, what to forward, and the limits
// source: contract of validateRequest; RFC 6750 §2 and §3, on both dialects
// @tags oauth
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":["9hc6ryd3bw7mq2xv8zk4tnjs",{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},{"grant_type":"password","scope":"read"},null,"user12345"],"id":1}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:token","...":"$any"},"id":1}
>> {"jsonrpc":"2.0","method":"oauth2.validateRequest","params":{"service_key":"9hc6ryd3bw7mq2xv8zk4tnjs","context":{"remote_addr":"192.0.2.1","method":"GET","uri":"https://api.example.com/r/1","headers":{"Authorization":"Bearer ${token}"}},"scope":"read"},"id":2}
<< {"jsonrpc":"2.0","result":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","token_type":"bearer","grant_type":"password","expires":"$now+3600±10","scope":"read","user_context":"user12345","extended":null,"forward":{"X-Mashery-Oauth-Access-Token":"${token}","X-Mashery-Oauth-Client-Id":"tkr7f25gd6452zy8rjsf7bwd","X-Mashery-Oauth-Scope":"read","X-Mashery-Oauth-User-Context":"user12345"},"limits":{"qps":10,"quota":1000,"period_seconds":86400}},"id":2}
// This service takes the token from the query too.
// @path /v2/json-rpc/789
>> {"jsonrpc":"2.0","method":"oauth2.validateRequest","params":["9hc6ryd3bw7mq2xv8zk4tnjs",{"method":"GET","uri":"https://api.example.com/r/1?access_token=${token}"}],"id":3}
<< {"jsonrpc":"2.0","result":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","...":"$any"},"id":3}
// @status 400
>> {"jsonrpc":"2.0","method":"oauth2.validateRequest","params":["9hc6ryd3bw7mq2xv8zk4tnjs",{"method":"GET","uri":"https://api.example.com/r/1","headers":{"Authorization":"Bearer ${token}x"}}],"id":4}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"Invalid Access Token","data":{"error":"invalid_token","error_description":"Invalid Access Token","error_response":{"return_type":"json","status":401,"headers":{"WWW-Authenticate":"Bearer realm=\"Gateway API\", error=\"invalid_token\"","...":"$any"},"response":{"error":"invalid_token","error_description":"Invalid Access Token"},"uri":null}},"error":{"error":"invalid_token","...":"$any"}},"id":4}
