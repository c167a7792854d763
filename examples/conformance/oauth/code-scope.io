// The scope of a code may be narrowed at its redemption, and not widened
// source: RFC 6749 §3.3 and §6; contract of createAccessToken
// @tags oauth
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"scope":"read write","user_context":"user12345"},"id":1}
<< {"jsonrpc":"2.0","result":{"code":"$save:code","uri":"$any"},"id":1}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"authorization_code","code":"${code}","scope":"write"}},"id":2}
<< {"jsonrpc":"2.0","result":{"scope":"write","...":"$any"},"id":2}
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"scope":"read","user_context":"user12345"},"id":3}
<< {"jsonrpc":"2.0","result":{"code":"$save:code","uri":"$any"},"id":3}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"authorization_code","code":"${code}","scope":"read write"}},"id":4}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_scope","...":"$any"}},"id":4}
// A service with a list of scopes: what is not on it is refused, and none asked for gives the default.
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"9hc6ryd3bw7mq2xv8zk4tnjs","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"user_context":"user12345","uri":{"redirect_uri":"https://client.example.com/cb"}},"id":5}
<< {"jsonrpc":"2.0","result":{"code":"$save:code","uri":"$any"},"id":5}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"9hc6ryd3bw7mq2xv8zk4tnjs","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"authorization_code","code":"${code}"},"uri":{"redirect_uri":"https://client.example.com/cb"}},"id":6}
<< {"jsonrpc":"2.0","result":{"scope":"read","...":"$any"},"id":6}
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"9hc6ryd3bw7mq2xv8zk4tnjs","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"scope":"read admin","user_context":"user12345"},"id":7}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_scope","...":"$any"}},"id":7}
// An application may have less than its service.
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"9hc6ryd3bw7mq2xv8zk4tnjs","client":{"client_id":"narrow-app"},"uri":{"redirect_uri":"https://a.example.com/cb"},"scope":"write","user_context":"user12345"},"id":8}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_scope","...":"$any"}},"id":8}
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"9hc6ryd3bw7mq2xv8zk4tnjs","client":{"client_id":"narrow-app"},"uri":{"redirect_uri":"https://a.example.com/cb"},"scope":"read","user_context":"user12345"},"id":9}
<< {"jsonrpc":"2.0","result":{"code":"$save:code","uri":"$any"},"id":9}
// What is no scope at all (RFC 6749 §3.3).
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"scope":"a\"b","user_context":"user12345"},"id":10}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_scope","...":"$any"}},"id":10}
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"scope":"a\\b","user_context":"user12345"},"id":11}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_scope","...":"$any"}},"id":11}
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"scope":"a\tb","user_context":"user12345"},"id":12}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_scope","...":"$any"}},"id":12}
