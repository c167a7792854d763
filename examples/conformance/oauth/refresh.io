// A refresh rotates; a retry within the window gets the same tokens; a used-up refresh token ends the grant
// source: RFC 6749 §6, RFC 9700 §4.14.2, on both dialects
// @tags oauth
// @path /v2/json-rpc/789?apikey=${apikey}&sig=${sig}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"password","scope":"a b"},"uri":{},"user_context":"user12345"},"id":1}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:first_access","refresh_token":"$save:first","scope":"a b","...":"$any"},"id":1}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"refresh_token","refresh_token":"${first}"},"uri":{}},"id":2}
<< {"jsonrpc":"2.0","result":{"return_type":"json","access_token":"$save:access","token_type":"bearer","expires_in":3600,"refresh_token":"$save:second","scope":"a b","state":null,"uri":null,"extended":null},"id":2}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"refresh_token","refresh_token":"${first}"},"uri":{}},"id":3}
<< {"jsonrpc":"2.0","result":{"access_token":"${access}","refresh_token":"${second}","expires_in":"$int","...":"$any"},"id":3}
// The scope may narrow this access token; the grant keeps its own.
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"refresh_token","refresh_token":"${second}","scope":"a"},"uri":{}},"id":4}
<< {"jsonrpc":"2.0","result":{"refresh_token":"$save:third","scope":"a","...":"$any"},"id":4}
// Now that the successor was used, the first refresh token is a stolen one: everything of the grant ends.
// @path /rpc
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"refresh_token","refresh_token":"${first}"}},"id":5}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_grant","...":"$any"}},"id":5}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"refresh_token","refresh_token":"${third}"}},"id":6}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_grant","...":"$any"}},"id":6}
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",["${first_access}","${access}"]],"id":7}
<< {"jsonrpc":"2.0","result":[],"id":7}
