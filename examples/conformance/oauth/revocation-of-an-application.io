// A user's tokens for one application go at once, refresh tokens too
// source: contract of revokeUserApplication; RFC 7009 §2.1
// @tags oauth
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"password"},"user_context":"gone-${unique}"},"id":1}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:token","refresh_token":"$save:refresh","...":"$any"},"id":1}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"12345","client_secret":"not-in-the-sample-1"},"token_data":{"grant_type":"password"},"user_context":"gone-${unique}"},"id":2}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:other","...":"$any"},"id":2}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"password"},"user_context":"stays-${unique}"},"id":3}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:stays","...":"$any"},"id":3}
>> {"jsonrpc":"2.0","method":"oauth2.revokeUserApplication","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"gone-${unique}"],"id":4}
<< {"jsonrpc":"2.0","result":true,"id":4}
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",["${token}","${other}","${stays}"]],"id":5}
<< {"jsonrpc":"2.0","result":[{"access_token":"${other}","...":"$any"},{"access_token":"${stays}","...":"$any"}],"id":5}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"refresh_token","refresh_token":"${refresh}"}},"id":6}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_grant","...":"$any"}},"id":6}
// Once more is as good.
>> {"jsonrpc":"2.0","method":"oauth2.revokeUserApplication","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"gone-${unique}"],"id":7}
<< {"jsonrpc":"2.0","result":true,"id":7}
// A secret that is given must be right.
>> {"jsonrpc":"2.0","method":"oauth2.revokeUserApplication","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"wrong"},"stays-${unique}"],"id":8}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"$string","...":"$any"}},"id":8}
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",["${stays}"]],"id":9}
<< {"jsonrpc":"2.0","result":[{"access_token":"${stays}","...":"$any"}],"id":9}
