// PKCE cannot be left out, added later, downgraded or mistyped
// source: RFC 7636 §4; RFC 9700 §2.1.1 and §4.8.2
// @tags oauth
// A challenge was given: a verifier must be.
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"user_context":"user12345","authorization_data":{"code_challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM","code_challenge_method":"S256"}},"id":1}
<< {"jsonrpc":"2.0","result":{"code":"$save:code","uri":"$any"},"id":1}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"authorization_code","code":"${code}"}},"id":2}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_grant","...":"$any"}},"id":2}
// None was given: none may be.
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"user_context":"user12345"},"id":3}
<< {"jsonrpc":"2.0","result":{"code":"$save:code","uri":"$any"},"id":3}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"authorization_code","code":"${code}","code_verifier":"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}},"id":4}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_grant","...":"$any"}},"id":4}
// The method plain is not allowed here, no method means plain, and others do not exist.
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"public-app"},"user_context":"user12345","authorization_data":{"code_challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM","code_challenge_method":"plain"}},"id":5}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","...":"$any"}},"id":5}
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"public-app"},"user_context":"user12345","authorization_data":{"code_challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM","code_challenge_method":null}},"id":6}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","...":"$any"}},"id":6}
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"public-app"},"user_context":"user12345","authorization_data":{"code_challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM","code_challenge_method":"s256"}},"id":7}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","...":"$any"}},"id":7}
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"public-app"},"user_context":"user12345","authorization_data":{"code_challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM","code_challenge_method":"S512"}},"id":8}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","...":"$any"}},"id":8}
// A challenge that no verifier has.
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"public-app"},"user_context":"user12345","authorization_data":{"code_challenge":"short","code_challenge_method":"S256"}},"id":9}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","...":"$any"}},"id":9}
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"public-app"},"user_context":"user12345","authorization_data":{"code_challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=","code_challenge_method":"S256"}},"id":10}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","...":"$any"}},"id":10}
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"public-app"},"user_context":"user12345","authorization_data":{"code_challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c+","code_challenge_method":"S256"}},"id":11}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","...":"$any"}},"id":11}
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"public-app"},"user_context":"user12345","authorization_data":{"code_challenge":"${repeat:129:a}","code_challenge_method":"S256"}},"id":12}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","...":"$any"}},"id":12}
// The challenge in place of the verifier.
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"public-app"},"user_context":"user12345","authorization_data":{"code_challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM","code_challenge_method":"S256"}},"id":13}
<< {"jsonrpc":"2.0","result":{"code":"$save:code","uri":"$any"},"id":13}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"public-app"},"token_data":{"grant_type":"authorization_code","code":"${code}","code_verifier":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}},"id":14}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_grant","...":"$any"}},"id":14}
// A public client has no secret to send.
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"public-app"},"user_context":"user12345","authorization_data":{"code_challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM","code_challenge_method":"S256"}},"id":15}
<< {"jsonrpc":"2.0","result":{"code":"$save:code","uri":"$any"},"id":15}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"public-app","client_secret":"x"},"token_data":{"grant_type":"authorization_code","code":"${code}","code_verifier":"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}},"id":16}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_client","...":"$any"}},"id":16}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"public-app"},"token_data":{"grant_type":"authorization_code","code":"${code}","code_verifier":"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}},"id":17}
<< {"jsonrpc":"2.0","result":{"access_token":"$string","...":"$any"},"id":17}
