// What a user's list shows, by status
// source: contract of fetchUserApplications
// @tags oauth
>> {"jsonrpc":"2.0","method":"oauth2.fetchUserApplications","params":["rmeqcgpw3zu2y47y9bs8vs2h","seen-${unique}"],"id":1}
<< {"jsonrpc":"2.0","result":[],"id":1}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"password"},"user_context":"seen-${unique}"},"id":2}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:a","refresh_token":"$save:refresh","...":"$any"},"id":2}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"12345","client_secret":"not-in-the-sample-1"},"token_data":{"grant_type":"password"},"user_context":"seen-${unique}"},"id":3}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:b","refresh_token":"$save:other","...":"$any"},"id":3}
// By id; tokens as references, which are the same each time.
>> {"jsonrpc":"2.0","method":"oauth2.fetchUserApplications","params":["rmeqcgpw3zu2y47y9bs8vs2h","seen-${unique}","active"],"id":4}
<< {"jsonrpc":"2.0","result":[{"id":12345,"name":"OAuth 2.0 Test App","client_id":"12345","access_tokens":["$save:rb=$re:rpr_[0-9A-Za-z]{34}"]},{"id":"$int","name":"OAuth 2.0 Test App","client_id":"tkr7f25gd6452zy8rjsf7bwd","access_tokens":["$save:ra=$re:rpr_[0-9A-Za-z]{34}"]}],"id":4}
// A second token of one application: the newest first.
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"12345","client_secret":"not-in-the-sample-1"},"token_data":{"grant_type":"refresh_token","refresh_token":"${other}"}},"id":5}
<< {"jsonrpc":"2.0","result":{"access_token":"$string","...":"$any"},"id":5}
>> {"jsonrpc":"2.0","method":"oauth2.fetchUserApplications","params":["rmeqcgpw3zu2y47y9bs8vs2h","seen-${unique}"],"id":6}
<< {"jsonrpc":"2.0","result":[{"id":12345,"name":"OAuth 2.0 Test App","client_id":"12345","access_tokens":["$save:newest","${rb}"]},{"access_tokens":["${ra}"],"...":"$any"}],"id":6}
// What is revoked is inactive.
>> {"jsonrpc":"2.0","method":"oauth2.revokeAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"12345"},"${rb}"],"id":7}
<< {"jsonrpc":"2.0","result":true,"id":7}
>> {"jsonrpc":"2.0","method":"oauth2.fetchUserApplications","params":["rmeqcgpw3zu2y47y9bs8vs2h","seen-${unique}","inactive"],"id":8}
<< {"jsonrpc":"2.0","result":[{"client_id":"12345","access_tokens":["${rb}"],"...":"$any"}],"id":8}
>> {"jsonrpc":"2.0","method":"oauth2.fetchUserApplications","params":["rmeqcgpw3zu2y47y9bs8vs2h","seen-${unique}","active"],"id":9}
<< {"jsonrpc":"2.0","result":[{"client_id":"12345","access_tokens":["${newest}"],"...":"$any"},{"access_tokens":["${ra}"],"...":"$any"}],"id":9}
>> {"jsonrpc":"2.0","method":"oauth2.fetchUserApplications","params":["rmeqcgpw3zu2y47y9bs8vs2h","seen-${unique}","all"],"id":10}
<< {"jsonrpc":"2.0","result":[{"access_tokens":["${newest}","${rb}"],"...":"$any"},{"access_tokens":["${ra}"],"...":"$any"}],"id":10}
>> {"jsonrpc":"2.0","method":"oauth2.fetchUserApplications","params":["rmeqcgpw3zu2y47y9bs8vs2h","seen-${unique}","dead"],"id":11}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params[2]"}},"id":11}
// Another user's are another list; at another service there is none.
>> {"jsonrpc":"2.0","method":"oauth2.fetchUserApplications","params":["rmeqcgpw3zu2y47y9bs8vs2h","unseen-${unique}"],"id":12}
<< {"jsonrpc":"2.0","result":[],"id":12}
>> {"jsonrpc":"2.0","method":"oauth2.fetchUserApplications","params":["9hc6ryd3bw7mq2xv8zk4tnjs","seen-${unique}"],"id":13}
<< {"jsonrpc":"2.0","result":[],"id":13}
