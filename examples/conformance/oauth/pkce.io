// A public client redeems its code with the verifier of its challenge
// source: RFC 7636, appendix B (verifier and challenge); RFC 9700 §2.1.1
// @tags oauth
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"public-app"},"user_context":"user12345","authorization_data":{"code_challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM","code_challenge_method":"S256"}},"id":1}
<< {"jsonrpc":"2.0","result":{"code":"$save:code","uri":{"redirect_uri":"https://public.example.com/cb?code=${code}","state":null}},"id":1}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"public-app"},"token_data":{"grant_type":"authorization_code","code":"${code}","code_verifier":"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}},"id":2}
<< {"jsonrpc":"2.0","result":{"access_token":"$string","token_type":"bearer","...":"$any"},"id":2}
// The wrong verifier spends the code: with the right one it is of no use any more.
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"public-app"},"user_context":"user12345","authorization_data":{"code_challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM","code_challenge_method":"S256"}},"id":3}
<< {"jsonrpc":"2.0","result":{"code":"$save:code","uri":"$any"},"id":3}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"public-app"},"token_data":{"grant_type":"authorization_code","code":"${code}","code_verifier":"another-verifier-another-verifier-another-ve"}},"id":4}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_grant","...":"$any"}},"id":4}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"public-app"},"token_data":{"grant_type":"authorization_code","code":"${code}","code_verifier":"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}},"id":5}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_grant","...":"$any"}},"id":5}
// Without a challenge a public client gets no code; the answer for the browser is ready-made.
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"public-app"},"uri":{"state":"xyz"},"user_context":"user12345"},"id":6}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","error_description":"$save:text","error_response":{"return_type":"redirect","status":302,"headers":{"Location":"$save:location=$re:https://public\\.example\\.com/cb\\?error=invalid_request&error_description=[^&]+&state=xyz","Cache-Control":"no-store"},"response":{"error":"invalid_request","error_description":"${text}","state":"xyz"},"uri":{"redirect_uri":"${location}","state":"xyz"}}}},"id":6}
