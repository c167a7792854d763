// What the API answers to a request without a good token
// source: RFC 6750 §3 and §3.1, on /rpc
// @tags oauth
// No token: a challenge without an error code.
>> {"jsonrpc":"2.0","method":"oauth2.validateRequest","params":["9hc6ryd3bw7mq2xv8zk4tnjs",{"method":"GET","uri":"https://api.example.com/r/1","headers":{}}],"id":1}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_token","error_description":"$string","error_response":{"return_type":"json","status":401,"headers":{"WWW-Authenticate":"Bearer realm=\"Gateway API\"","...":"$any"},"...":"$any"}}},"id":1}
// A MAC service challenges for MAC.
>> {"jsonrpc":"2.0","method":"oauth2.validateRequest","params":["4xkz8wqv3nt6rb2hm9ydj5cs",{"method":"GET","uri":"https://api.example.com/r/1","headers":{}}],"id":2}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_token","error_description":"$string","error_response":{"status":401,"headers":{"WWW-Authenticate":"MAC realm=\"MAC API\"","...":"$any"},"...":"$any"}}},"id":2}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":["9hc6ryd3bw7mq2xv8zk4tnjs",{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},{"grant_type":"password"},null,"user12345"],"id":3}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:token","scope":"read","...":"$any"},"id":3}
// Too little scope.
>> {"jsonrpc":"2.0","method":"oauth2.validateRequest","params":["9hc6ryd3bw7mq2xv8zk4tnjs",{"method":"GET","uri":"https://api.example.com/r/1","headers":{"authorization":["Bearer ${token}"]}},"read write"],"id":4}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"insufficient_scope","error_description":"$string","error_response":{"status":403,"headers":{"WWW-Authenticate":"Bearer realm=\"Gateway API\", error=\"insufficient_scope\", scope=\"read write\"","...":"$any"},"...":"$any"}}},"id":4}
// Two ways of presenting a token at once.
>> {"jsonrpc":"2.0","method":"oauth2.validateRequest","params":["9hc6ryd3bw7mq2xv8zk4tnjs",{"method":"POST","uri":"https://api.example.com/r/1","headers":{"Authorization":"Bearer ${token}"},"form":{"access_token":"${token}"}}],"id":5}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","error_description":"$string","error_response":{"status":400,"...":"$any"}}},"id":5}
>> {"jsonrpc":"2.0","method":"oauth2.validateRequest","params":["9hc6ryd3bw7mq2xv8zk4tnjs",{"uri":7}],"id":6}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params[1].uri"}},"id":6}
