// What is refused before anybody is asked, and where the answer goes
// source: RFC 6749 §4.1.2.1; RFC 9700 §4.11; contract of createAuthorizationCode
// @tags oauth
// Unknown clients and foreign addresses are told to nobody but the caller.
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"nobody"},"user_context":"user12345"},"id":1}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"unauthorized_client","error_description":"Invalid client identifier","error_response":null}},"id":1}
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"uri":{"redirect_uri":"https://client.example.com/cb?x=1"},"user_context":"user12345"},"id":2}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","error_description":"$string","error_response":null}},"id":2}
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"uri":{"redirect_uri":"https://client.example.com/cb#x"},"user_context":"user12345"},"id":3}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","error_description":"$string","error_response":null}},"id":3}
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"uri":{"redirect_uri":"http://client.example.com/cb"},"user_context":"user12345"},"id":4}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","error_description":"$string","error_response":null}},"id":4}
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"uri":{"redirect_uri":"https://client.example.com.evil.example/cb"},"user_context":"user12345"},"id":5}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","error_description":"$string","error_response":null}},"id":5}
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"uri":{"redirect_uri":"https://CLIENT.example.com/cb"},"user_context":"user12345"},"id":6}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","error_description":"$string","error_response":null}},"id":6}
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"uri":{"redirect_uri":"https://client.example.com/cb/../cb"},"user_context":"user12345"},"id":7}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","error_description":"$string","error_response":null}},"id":7}
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"uri":{"redirect_uri":"//client.example.com/cb"},"user_context":"user12345"},"id":8}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","error_description":"$string","error_response":null}},"id":8}
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"uri":{"redirect_uri":"client.example.com"},"user_context":"user12345"},"id":9}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","error_description":"$string","error_response":null}},"id":9}
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"uri":{"redirect_uri":"javascript:alert(1)"},"user_context":"user12345"},"id":10}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","error_description":"$string","error_response":null}},"id":10}
// Of several registered ones one must be said; the query that it has is kept.
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"narrow-app"},"user_context":"user12345"},"id":11}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","error_description":"$string","error_response":null}},"id":11}
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"narrow-app"},"uri":{"redirect_uri":"https://b.example.com/cb?kept=1","state":"a&b"},"user_context":"user12345"},"id":12}
<< {"jsonrpc":"2.0","result":{"code":"$save:code","uri":{"redirect_uri":"https://b.example.com/cb?kept=1&code=${code}&state=a%26b","state":"a&b"}},"id":12}
// What is wrong with a request of a known client for a good address goes there.
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"uri":{"redirect_uri":"https://client.example.com/cb","state":"xyz"},"user_context":"user12345","response_type":"token"},"id":13}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"unsupported_response_type","error_description":"$string","error_response":{"return_type":"redirect","status":302,"headers":{"Location":"$re:https://client\\.example\\.com/cb[?#]error=unsupported_response_type&error_description=[^&]+&state=xyz","...":"$any"},"...":"$any"}}},"id":13}
// Parameters of the wrong type are the caller's mistake, members of the wrong type the client's.
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"scope":7},"id":14}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params.scope"}},"id":14}
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"uri":{"redirect_uri":7}},"id":15}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","...":"$any"}},"id":15}
