// An error is never redirected to a URI that is not registered
// source: RFC 6749 §4.1.2.1, RFC 9700 §4.11
// @tags oauth
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},{"redirect_uri":"https://evil.example.com/cb"},null,"user12345","code"],"id":1}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","error_description":"$string","error_response":null}},"id":1}
// A trailing slash makes another URI: the comparison is exact.
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},{"redirect_uri":"https://client.example.com/cb/"},null,"user12345","code"],"id":2}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","error_description":"$string","error_response":null}},"id":2}
