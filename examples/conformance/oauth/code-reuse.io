// A code that comes again from its client, and not as it was, takes with it what it bought
// source: RFC 6749 §4.1.2 and §10.5; contract of createAccessToken, "One use"
// @tags oauth
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"uri":{"redirect_uri":"https://client.example.com/cb"},"user_context":"user12345"},"id":1}
<< {"jsonrpc":"2.0","result":{"code":"$save:code","uri":"$any"},"id":1}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"authorization_code","code":"${code}"},"uri":{"redirect_uri":"https://client.example.com/cb"}},"id":2}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:token","refresh_token":"$save:refresh","...":"$any"},"id":2}
// From another client it changes nothing.
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"12345","client_secret":"not-in-the-sample-1"},"token_data":{"grant_type":"authorization_code","code":"${code}"},"uri":{"redirect_uri":"https://client.example.com/cb"}},"id":3}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_grant","...":"$any"}},"id":3}
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",["${token}"]],"id":4}
<< {"jsonrpc":"2.0","result":[{"access_token":"${token}","...":"$any"}],"id":4}
// With another redirect_uri it is no double submit: access and refresh token are gone.
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"authorization_code","code":"${code}"},"uri":{"redirect_uri":"https://client.example.com/other"}},"id":5}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_grant","...":"$any"}},"id":5}
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",["${token}"]],"id":6}
<< {"jsonrpc":"2.0","result":[],"id":6}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"refresh_token","refresh_token":"${refresh}"}},"id":7}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_grant","...":"$any"}},"id":7}
