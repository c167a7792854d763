// Where allow_multiple_tokens is false, a live token is handed out again, without a refresh token
// source: contract §5, after Mashery's setting allowMultipleToken
// @tags oauth
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"7tn2vxk5hq8wc3zr9bm4ydgj","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"password"},"user_context":"once-${unique}"},"id":1}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:token","refresh_token":"$string","...":"$any"},"id":1}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"7tn2vxk5hq8wc3zr9bm4ydgj","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"password"},"user_context":"once-${unique}"},"id":2}
<< {"jsonrpc":"2.0","result":{"access_token":"${token}","refresh_token":null,"expires_in":"$int","...":"$any"},"id":2}
