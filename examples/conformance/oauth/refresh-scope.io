// A refresh may narrow the scope of its access token, and not widen it
// source: RFC 6749 §6
// @tags oauth
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"password","scope":"a b"},"user_context":"user12345"},"id":1}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:token","refresh_token":"$save:refresh","...":"$any"},"id":1}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"refresh_token","refresh_token":"${refresh}","scope":"a b c"}},"id":2}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_scope","...":"$any"}},"id":2}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"refresh_token","refresh_token":"${refresh}","scope":"b"}},"id":3}
<< {"jsonrpc":"2.0","result":{"scope":"b","refresh_token":"$save:next","...":"$any"},"id":3}
// The retry with another scope is refused and ends nothing.
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"refresh_token","refresh_token":"${refresh}","scope":"a"}},"id":4}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_scope","...":"$any"}},"id":4}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"refresh_token","refresh_token":"${next}"}},"id":5}
<< {"jsonrpc":"2.0","result":{"scope":"a b","...":"$any"},"id":5}
