// How a token may be presented to an API
// source: RFC 6750 §2; contract of validateRequest
// @tags oauth
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"9hc6ryd3bw7mq2xv8zk4tnjs","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"password"},"user_context":"user12345"},"id":1}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:token","refresh_token":"$save:refresh","...":"$any"},"id":1}
>> {"jsonrpc":"2.0","method":"oauth2.validateRequest","params":{"service_key":"9hc6ryd3bw7mq2xv8zk4tnjs","context":{"remote_addr":"192.0.2.1","method":"GET","uri":"https://api.example.com/r","headers":{"Authorization":"Bearer ${token}"}}},"id":2}
<< {"jsonrpc":"2.0","result":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","user_context":"user12345","...":"$any"},"id":2}
>> {"jsonrpc":"2.0","method":"oauth2.validateRequest","params":{"service_key":"9hc6ryd3bw7mq2xv8zk4tnjs","context":{"remote_addr":"192.0.2.1","method":"GET","uri":"https://api.example.com/r","headers":{"AUTHORIZATION":"bearer ${token}"}}},"id":3}
<< {"jsonrpc":"2.0","result":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","user_context":"user12345","...":"$any"},"id":3}
>> {"jsonrpc":"2.0","method":"oauth2.validateRequest","params":{"service_key":"9hc6ryd3bw7mq2xv8zk4tnjs","context":{"remote_addr":"192.0.2.1","method":"GET","uri":"https://api.example.com/r","headers":{"authorization":["BEARER ${token}"]}}},"id":4}
<< {"jsonrpc":"2.0","result":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","user_context":"user12345","...":"$any"},"id":4}
>> {"jsonrpc":"2.0","method":"oauth2.validateRequest","params":{"service_key":"9hc6ryd3bw7mq2xv8zk4tnjs","context":{"remote_addr":"192.0.2.1","method":"POST","uri":"https://api.example.com/r","headers":{},"form":{"access_token":"${token}"}}},"id":5}
<< {"jsonrpc":"2.0","result":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","user_context":"user12345","...":"$any"},"id":5}
// A refresh token, a token of another service, and text.
>> {"jsonrpc":"2.0","method":"oauth2.validateRequest","params":{"service_key":"9hc6ryd3bw7mq2xv8zk4tnjs","context":{"remote_addr":"192.0.2.1","method":"GET","uri":"https://api.example.com/r","headers":{"Authorization":"Bearer ${refresh}"}}},"id":6}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"$re:invalid_token|invalid_request","error_description":"$string","error_response":{"status":401,"headers":{"WWW-Authenticate":"Bearer realm=\"Gateway API\", error=\"invalid_token\"","...":"$any"},"...":"$any"}}},"id":6}
>> {"jsonrpc":"2.0","method":"oauth2.validateRequest","params":{"service_key":"9hc6ryd3bw7mq2xv8zk4tnjs","context":{"remote_addr":"192.0.2.1","method":"GET","uri":"https://api.example.com/r","headers":{"Authorization":"Bearer rpa_x"}}},"id":7}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"$re:invalid_token|invalid_request","error_description":"$string","error_response":{"status":401,"headers":{"WWW-Authenticate":"Bearer realm=\"Gateway API\", error=\"invalid_token\"","...":"$any"},"...":"$any"}}},"id":7}
>> {"jsonrpc":"2.0","method":"oauth2.validateRequest","params":{"service_key":"9hc6ryd3bw7mq2xv8zk4tnjs","context":{"remote_addr":"192.0.2.1","method":"GET","uri":"https://api.example.com/r","headers":{"Authorization":"Bearer x y"}}},"id":8}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"$re:invalid_token|invalid_request","error_description":"$string","error_response":{"...":"$any"}}},"id":8}
>> {"jsonrpc":"2.0","method":"oauth2.validateRequest","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","context":{"remote_addr":"192.0.2.1","method":"GET","uri":"https://api.example.com/r","headers":{"Authorization":"Bearer ${token}"}}},"id":9}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_token","...":"$any"}},"id":9}
// In the query only where the service says so; twice is refused.
>> {"jsonrpc":"2.0","method":"oauth2.validateRequest","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","context":{"remote_addr":"192.0.2.1","method":"GET","uri":"https://api.example.com/r?access_token=${token}","headers":{}}},"id":10}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_token","...":"$any"}},"id":10}
>> {"jsonrpc":"2.0","method":"oauth2.validateRequest","params":{"service_key":"9hc6ryd3bw7mq2xv8zk4tnjs","context":{"remote_addr":"192.0.2.1","method":"GET","uri":"https://api.example.com/r","headers":{"Authorization":["Bearer ${token}","Bearer ${token}"]}}},"id":11}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","error_description":"$string","error_response":{"status":400,"...":"$any"}}},"id":11}
// Revoked is revoked at the very next request.
>> {"jsonrpc":"2.0","method":"oauth2.revokeAccessToken","params":["9hc6ryd3bw7mq2xv8zk4tnjs",{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"${token}"],"id":12}
<< {"jsonrpc":"2.0","result":true,"id":12}
>> {"jsonrpc":"2.0","method":"oauth2.validateRequest","params":{"service_key":"9hc6ryd3bw7mq2xv8zk4tnjs","context":{"remote_addr":"192.0.2.1","method":"GET","uri":"https://api.example.com/r","headers":{"Authorization":"Bearer ${token}"}}},"id":13}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_token","...":"$any"}},"id":13}
