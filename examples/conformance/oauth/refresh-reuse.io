// Without a second try a used refresh token ends its grant at once
// source: RFC 9700 §4.14.2; contract of createAccessToken, "Refresh"
// @tags oauth
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"5vd8krx2nq7mt4wb9hz6ycpj","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"password"},"user_context":"user12345"},"id":1}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:first","refresh_token":"$save:refresh","...":"$any"},"id":1}
// This service ends the access token before.
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"5vd8krx2nq7mt4wb9hz6ycpj","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"refresh_token","refresh_token":"${refresh}"}},"id":2}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:second","refresh_token":"$save:next","...":"$any"},"id":2}
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["5vd8krx2nq7mt4wb9hz6ycpj",["${first}","${second}"]],"id":3}
<< {"jsonrpc":"2.0","result":[{"access_token":"${second}","...":"$any"}],"id":3}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"5vd8krx2nq7mt4wb9hz6ycpj","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"refresh_token","refresh_token":"${refresh}"}},"id":4}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_grant","...":"$any"}},"id":4}
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["5vd8krx2nq7mt4wb9hz6ycpj",["${second}"]],"id":5}
<< {"jsonrpc":"2.0","result":[],"id":5}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"5vd8krx2nq7mt4wb9hz6ycpj","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"refresh_token","refresh_token":"${next}"}},"id":6}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_grant","...":"$any"}},"id":6}
// A made-up one ends nothing, and neither does another client's try.
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"password"},"user_context":"user12345"},"id":7}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:token","refresh_token":"$save:refresh","...":"$any"},"id":7}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"refresh_token","refresh_token":"${refresh}x"}},"id":8}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_grant","...":"$any"}},"id":8}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"12345","client_secret":"not-in-the-sample-1"},"token_data":{"grant_type":"refresh_token","refresh_token":"${refresh}"}},"id":9}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_grant","...":"$any"}},"id":9}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"wrong"},"token_data":{"grant_type":"refresh_token","refresh_token":"${refresh}"}},"id":10}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_client","...":"$any"}},"id":10}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"5vd8krx2nq7mt4wb9hz6ycpj","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"refresh_token","refresh_token":"${refresh}"}},"id":11}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_grant","...":"$any"}},"id":11}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"refresh_token","refresh_token":"${refresh}"}},"id":12}
<< {"jsonrpc":"2.0","result":{"access_token":"$string","...":"$any"},"id":12}
// An access token is no refresh token, and a refresh token is no access token.
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"refresh_token","refresh_token":"${token}"}},"id":13}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_grant","...":"$any"}},"id":13}
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",["${refresh}"]],"id":14}
<< {"jsonrpc":"2.0","result":[],"id":14}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"refresh_token"}},"id":15}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","...":"$any"}},"id":15}
