// A notification that would hand out a token is not executed: nobody would receive it
// source: contract §2
// @tags oauth
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"password"},"user_context":"notified-${unique}"}}
<<
>> {"jsonrpc":"2.0","method":"oauth2.fetchUserApplications","params":["rmeqcgpw3zu2y47y9bs8vs2h","notified-${unique}"],"id":1}
<< {"jsonrpc":"2.0","result":[],"id":1}
