// A code is redeemed once; a second use is refused
// source: RFC 6749 §4.1.3 and §4.1.2, on /rpc
// @tags oauth
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},{"redirect_uri":"https://client.example.com/cb","state":"xyz"},"read write","user12345","code"],"id":1}
<< {"jsonrpc":"2.0","result":{"code":"$save:code=$re:rpc_[0-9A-Za-z]{60}","uri":{"redirect_uri":"https://client.example.com/cb?code=${code}&state=xyz","state":"xyz"}},"id":1}
// The scope may be narrowed at redemption. The state comes back.
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"authorization_code","code":"${code}","scope":"read"},"uri":{"redirect_uri":"https://client.example.com/cb","state":"xyz"}},"id":2}
<< {"jsonrpc":"2.0","result":{"return_type":"json","access_token":"$re:rpa_[0-9A-Za-z]{60}","token_type":"bearer","expires_in":3600,"refresh_token":"$re:rpf_[0-9A-Za-z]{60}","scope":"read","state":"xyz","uri":null,"extended":null},"id":2}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"authorization_code","code":"${code}"},"uri":{"redirect_uri":"https://client.example.com/cb"}},"id":3}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_grant","error_description":"$save:text","error_response":{"return_type":"json","status":400,"headers":{"Content-Type":"application/json;charset=UTF-8","Cache-Control":"no-store","Pragma":"no-cache"},"response":{"error":"invalid_grant","error_description":"${text}"},"uri":null}}},"id":3}
