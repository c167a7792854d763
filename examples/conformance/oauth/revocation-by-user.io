// All of a user's tokens at a service, whatever application they were for
// source: contract of revokeTokens, on both dialects
// @tags oauth
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},{"grant_type":"password"},null,"stolen-${unique}"],"id":1}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:a","...":"$any"},"id":1}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"r3qwqesr223dfdasd","client_secret":"not-in-the-sample-3"},{"grant_type":"password"},null,"stolen-${unique}"],"id":2}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:b","...":"$any"},"id":2}
// Nothing was issued before 2001.
>> {"jsonrpc":"2.0","method":"oauth2.revokeTokens","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","where":{"user_context":"stolen-${unique}","issued_before":"2001-01-01T00:00:00Z"}},"id":3}
<< {"jsonrpc":"2.0","result":true,"id":3}
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",["${a}","${b}"]],"id":4}
<< {"jsonrpc":"2.0","result":[{"access_token":"${a}","...":"$any"},{"access_token":"${b}","...":"$any"}],"id":4}
// @path /v2/json-rpc
>> {"jsonrpc":"2.0","method":"oauth2.revokeTokens","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"user_context":"stolen-${unique}"}],"id":5}
<< {"jsonrpc":"2.0","result":true,"id":5}
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",["${a}","${b}"]],"id":6}
<< {"jsonrpc":"2.0","result":[],"id":6}
// At least one condition, and no unknown one: it would revoke more than was meant.
// @status 400
>> {"jsonrpc":"2.0","method":"oauth2.revokeTokens","params":["rmeqcgpw3zu2y47y9bs8vs2h",{}],"id":7}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params[1]"}},"id":7}
// @path /rpc
>> {"jsonrpc":"2.0","method":"oauth2.revokeTokens","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","where":{"user_context":"stolen-${unique}","scope":"a"}},"id":8}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params.where"}},"id":8}
