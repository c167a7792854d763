// A token is revoked
// source: contract of revokeAccessToken
// @tags methods smoke
// @shown unique "12345"
// @shown code "rpc_16pkDcQfPBQ6Afhom3bIslfnmDD5IEY8zCkbTYKgGpzoUdJULDxeaC3z4kED"
// @shown access "rpa_16pkDcQfPBQKItFjiBqCHDSYE9CwbPNekK1c5gMgJlFPqOQT7yw7On13ZTWF"
// @shown refresh "rpf_16pkDcQfPBQCgg5m1lxo85HTAYvAGpQiKS31yK6sJ3Jgyn5GzIQOO820ZfBT"
// @shown reference "rpr_16pkDcQfPBQ0nWvDxb4zJnE42R4V0K07x6"
// A token first.
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"uri":{"redirect_uri":"https://client.example.com/cb","state":"xyz"},"scope":"read","user_context":"user${unique}","response_type":"code"},"id":1}
<< {"jsonrpc":"2.0","result":{"code":"$save:code=$re:rpc_[0-9A-Za-z]{60}","uri":{"redirect_uri":"https://client.example.com/cb?code=${code}&state=xyz","state":"xyz"}},"id":1}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"token_data":{"grant_type":"authorization_code","code":"${code}"},"uri":{"redirect_uri":"https://client.example.com/cb"}},"id":2}
<< {"jsonrpc":"2.0","result":{"return_type":"json","access_token":"$save:access=$re:rpa_[0-9A-Za-z]{60}","token_type":"bearer","expires_in":3600,"refresh_token":"$save:refresh=$re:rpf_[0-9A-Za-z]{60}","scope":"read","state":null,"uri":null,"extended":null},"id":2}
>> {"jsonrpc":"2.0","method":"oauth2.fetchUserApplications","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","user_context":"user${unique}","token_status":"active"},"id":3}
<< {"jsonrpc":"2.0","result":[{"id":"$save:id=$int","name":"OAuth 2.0 Test App","client_id":"tkr7f25gd6452zy8rjsf7bwd","access_tokens":["$save:reference=$re:rpr_[0-9A-Za-z]{34}"]}],"id":3}
// @example By the token
>> {"jsonrpc":"2.0","method":"oauth2.revokeAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"access_token":"${access}"},"id":4}
<< {"jsonrpc":"2.0","result":true,"id":4}
// @example By its reference
>> {"jsonrpc":"2.0","method":"oauth2.revokeAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"access_token":"${reference}"},"id":5}
<< {"jsonrpc":"2.0","result":true,"id":5}
