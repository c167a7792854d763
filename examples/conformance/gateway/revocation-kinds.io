// Revocation takes tokens alone: a code is told to be none; a public client names itself and is enough
// source: RFC 7009 §2.1 and §2.2.1
// @tags gateway
// @needs oauth2
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"9hc6ryd3bw7mq2xv8zk4tnjs","client":{"client_id":"public-app"},"user_context":"user12345","authorization_data":{"code_challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM","code_challenge_method":"S256"}},"id":1}
<< {"jsonrpc":"2.0","result":{"code":"$save:code","uri":"$any"},"id":1}
>>! POST /services/9hc6ryd3bw7mq2xv8zk4tnjs/oauth2/revoke form token=${code} client_id=public-app
<<! 400 {"error":"unsupported_token_type","...":"$any"}
