// Codes that are not spent yet go too; another application of the user's stays
// source: contract of revokeUserApplication, on /rpc
// @tags oauth
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},null,null,"leaver-${unique}"],"id":1}
<< {"jsonrpc":"2.0","result":{"code":"$save:code","uri":"$any"},"id":1}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"r3qwqesr223dfdasd","client_secret":"not-in-the-sample-3"},{"grant_type":"password"},null,"leaver-${unique}"],"id":2}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:other","...":"$any"},"id":2}
>> {"jsonrpc":"2.0","method":"oauth2.revokeUserApplication","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"user_context":"leaver-${unique}"},"id":3}
<< {"jsonrpc":"2.0","result":true,"id":3}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},{"grant_type":"authorization_code","code":"${code}"}],"id":4}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_grant","...":"$any"}},"id":4}
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h","${other}"],"id":5}
<< {"jsonrpc":"2.0","result":{"client_id":"r3qwqesr223dfdasd","user_context":"leaver-${unique}","...":"$any"},"id":5}
>> {"jsonrpc":"2.0","method":"oauth2.revokeUserApplication","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"}},"id":6}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params.user_context"}},"id":6}
