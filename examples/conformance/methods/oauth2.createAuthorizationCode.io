// Codes, without and with PKCE
// source: contract of createAuthorizationCode
// @tags methods smoke
// @shown unique "12345"
// @shown code "rpc_16pkDcQfPBQ6Afhom3bIslfnmDD5IEY8zCkbTYKgGpzoUdJULDxeaC3z4kED"
// @example A user has agreed
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"uri":{"redirect_uri":"https://client.example.com/cb","state":"xyz"},"scope":"read","user_context":"user${unique}","response_type":"code"},"id":1}
<< {"jsonrpc":"2.0","result":{"code":"$save:code=$re:rpc_[0-9A-Za-z]{60}","uri":{"redirect_uri":"https://client.example.com/cb?code=${code}&state=xyz","state":"xyz"}},"id":1}
// @example With the challenge of PKCE
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"uri":{"redirect_uri":"https://client.example.com/cb","state":"xyz"},"scope":"read","user_context":"user${unique}","response_type":"code","authorization_data":{"code_challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM","code_challenge_method":"S256"}},"id":2}
<< {"jsonrpc":"2.0","result":{"code":"$save:code=$re:rpc_[0-9A-Za-z]{60}","uri":{"redirect_uri":"https://client.example.com/cb?code=${code}&state=xyz","state":"xyz"}},"id":2}
