// Unknown, foreign, revoked, a refresh token, a reference: one and the same answer
// source: contract of fetchAccessToken, on /rpc
// @tags oauth
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},{"grant_type":"password"},null,"listed-${unique}"],"id":1}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:token","refresh_token":"$save:refresh","...":"$any"},"id":1}
>> {"jsonrpc":"2.0","method":"oauth2.fetchUserApplications","params":["rmeqcgpw3zu2y47y9bs8vs2h","listed-${unique}"],"id":2}
<< {"jsonrpc":"2.0","result":[{"access_tokens":["$save:reference=$re:rpr_[0-9A-Za-z]{34}"],"...":"$any"}],"id":2}
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["9hc6ryd3bw7mq2xv8zk4tnjs","${token}"],"id":3}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_token","error_description":"Invalid Access Token","error_response":null}},"id":3}
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h","${refresh}"],"id":4}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_token","error_description":"Invalid Access Token","error_response":null}},"id":4}
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h","${reference}"],"id":5}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_token","error_description":"Invalid Access Token","error_response":null}},"id":5}
>> {"jsonrpc":"2.0","method":"oauth2.revokeAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"${reference}"],"id":6}
<< {"jsonrpc":"2.0","result":true,"id":6}
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h","${token}"],"id":7}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_token","error_description":"Invalid Access Token","error_response":null}},"id":7}
