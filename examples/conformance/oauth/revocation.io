// An access token takes itself, a refresh token its whole grant; somebody else's is refused
// source: RFC 7009 §2.1 and §2.2, on /rpc
// @tags oauth
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},{"grant_type":"password"},null,"user12345"],"id":1}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:token","refresh_token":"$save:refresh","...":"$any"},"id":1}
>> {"jsonrpc":"2.0","method":"oauth2.revokeAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"qrqefasdfjp98"},"access_token":"${token}"},"id":2}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"unauthorized_client","error_description":"$string","error_response":null}},"id":2}
>> {"jsonrpc":"2.0","method":"oauth2.revokeAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"access_token":"${refresh}"},"id":3}
<< {"jsonrpc":"2.0","result":true,"id":3}
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",["${token}"]],"id":4}
<< {"jsonrpc":"2.0","result":[],"id":4}
// As a notification it is done, and not answered.
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},{"grant_type":"client_credentials"}],"id":5}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:token","...":"$any"},"id":5}
>> {"jsonrpc":"2.0","method":"oauth2.revokeAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"${token}"]}
<<
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",["${token}"]],"id":6}
<< {"jsonrpc":"2.0","result":[],"id":6}
