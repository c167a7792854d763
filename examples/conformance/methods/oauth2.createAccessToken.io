// Tokens, by each of the flows
// source: contract of createAccessToken
// @tags methods smoke
// @shown unique "12345"
// @shown code "rpc_16pkDcQfPBQ6Afhom3bIslfnmDD5IEY8zCkbTYKgGpzoUdJULDxeaC3z4kED"
// @shown access "rpa_16pkDcQfPBQKItFjiBqCHDSYE9CwbPNekK1c5gMgJlFPqOQT7yw7On13ZTWF"
// @shown refresh "rpf_16pkDcQfPBQCgg5m1lxo85HTAYvAGpQiKS31yK6sJ3Jgyn5GzIQOO820ZfBT"
// A code first.
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"uri":{"redirect_uri":"https://client.example.com/cb","state":"xyz"},"scope":"read","user_context":"user${unique}","response_type":"code"},"id":1}
<< {"jsonrpc":"2.0","result":{"code":"$save:code=$re:rpc_[0-9A-Za-z]{60}","uri":{"redirect_uri":"https://client.example.com/cb?code=${code}&state=xyz","state":"xyz"}},"id":1}
// @example Redeem an authorization code
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"authorization_code","code":"${code}"},"uri":{"redirect_uri":"https://client.example.com/cb"}},"id":2}
<< {"jsonrpc":"2.0","result":{"return_type":"json","access_token":"$save:access=$re:rpa_[0-9A-Za-z]{60}","token_type":"bearer","expires_in":3600,"refresh_token":"$save:refresh=$re:rpf_[0-9A-Za-z]{60}","scope":"read","state":null,"uri":null,"extended":null},"id":2}
// @example Refresh
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"refresh_token","refresh_token":"${refresh}"}},"id":3}
<< {"jsonrpc":"2.0","result":{"return_type":"json","access_token":"$save:access=$re:rpa_[0-9A-Za-z]{60}","token_type":"bearer","expires_in":3600,"refresh_token":"$save:refresh=$re:rpf_[0-9A-Za-z]{60}","scope":"read","state":null,"uri":null,"extended":null},"id":3}
// @example Password: the caller has checked it, and says whose it was
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"password","scope":"read"},"uri":null,"user_context":"user${unique}"},"id":4}
<< {"jsonrpc":"2.0","result":{"return_type":"json","access_token":"$save:access=$re:rpa_[0-9A-Za-z]{60}","token_type":"bearer","expires_in":3600,"refresh_token":"$save:refresh=$re:rpf_[0-9A-Za-z]{60}","scope":"read","state":null,"uri":null,"extended":null},"id":4}
// @example Client credentials
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"client_credentials"}},"id":5}
<< {"jsonrpc":"2.0","result":{"return_type":"json","access_token":"$save:access=$re:rpa_[0-9A-Za-z]{60}","token_type":"bearer","expires_in":3600,"refresh_token":null,"scope":null,"state":null,"uri":null,"extended":null},"id":5}
// @example Implicit: the token goes to the browser in the fragment
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"token_data":{"response_type":"token","scope":"read"},"uri":{"redirect_uri":"https://client.example.com/cb","state":"xyz"},"user_context":"user${unique}"},"id":6}
<< {"jsonrpc":"2.0","result":{"return_type":"redirect","access_token":"$save:access=$re:rpa_[0-9A-Za-z]{60}","token_type":"bearer","expires_in":3600,"refresh_token":null,"scope":"read","state":"xyz","uri":{"redirect_uri":"https://client.example.com/cb#access_token=${access}&token_type=bearer&expires_in=3600&scope=read&state=xyz","state":"xyz"},"extended":null},"id":6}
