// By default tokens are listed as references: good to revoke and update with, and for nothing else
// source: contract of fetchUserApplications and "References", on /rpc
// @tags oauth
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},{"grant_type":"password"},null,"lister-${unique}"],"id":1}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:token","...":"$any"},"id":1}
>> {"jsonrpc":"2.0","method":"oauth2.fetchUserApplications","params":["rmeqcgpw3zu2y47y9bs8vs2h","lister-${unique}","active"],"id":2}
<< {"jsonrpc":"2.0","result":[{"id":"$int","name":"OAuth 2.0 Test App","client_id":"tkr7f25gd6452zy8rjsf7bwd","access_tokens":["$save:reference=$re:rpr_[0-9A-Za-z]{34}"]}],"id":2}
>> {"jsonrpc":"2.0","method":"oauth2.updateAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"access_token":"${reference}","expires_in":60},"id":3}
<< {"jsonrpc":"2.0","result":{"expires":"$now+60±10","...":"$any"},"id":3}
>> {"jsonrpc":"2.0","method":"oauth2.revokeAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"${reference}"],"id":4}
<< {"jsonrpc":"2.0","result":true,"id":4}
// What was revoked is inactive, and stays listed for a while. The live refresh token keeps the application listed as active.
>> {"jsonrpc":"2.0","method":"oauth2.fetchUserApplications","params":["rmeqcgpw3zu2y47y9bs8vs2h","lister-${unique}","inactive"],"id":5}
<< {"jsonrpc":"2.0","result":[{"access_tokens":["${reference}"],"...":"$any"}],"id":5}
>> {"jsonrpc":"2.0","method":"oauth2.fetchUserApplications","params":["rmeqcgpw3zu2y47y9bs8vs2h","lister-${unique}","active"],"id":6}
<< {"jsonrpc":"2.0","result":[{"access_tokens":[],"...":"$any"}],"id":6}
>> {"jsonrpc":"2.0","method":"oauth2.fetchUserApplications","params":["rmeqcgpw3zu2y47y9bs8vs2h"],"id":7}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params[1]"}},"id":7}
