// The published sample, on a service that keeps tokens so that they can be listed
// source: Mashery API 2.0 guide, fetchUserApplications
// The published access_tokens are the tokens. So they are here, because the service says secure_tokens = false; by default
// they are references (references.io). The newest stands first.
// @path /v2/json-rpc/789?apikey=${apikey}&sig=${sig}
>> {"method":"oauth2.createAccessToken","params":["7tn2vxk5hq8wc3zr9bm4ydgj",{"client_id":"r3qwqesr223dfdasd","client_secret":"not-in-the-sample-3"},{"grant_type":"password","scope":"a"},null,"qrqefasdfjp98-${unique}"],"id":1}
<< {"result":{"access_token":"$save:first","...":"$any"},"error":null,"id":1}
>> {"method":"oauth2.createAccessToken","params":["7tn2vxk5hq8wc3zr9bm4ydgj",{"client_id":"r3qwqesr223dfdasd","client_secret":"not-in-the-sample-3"},{"grant_type":"password","scope":"b"},null,"qrqefasdfjp98-${unique}"],"id":1}
<< {"result":{"access_token":"$save:second","...":"$any"},"error":null,"id":1}
>> {"method":"oauth2.fetchUserApplications","params":["7tn2vxk5hq8wc3zr9bm4ydgj","qrqefasdfjp98-${unique}"],"id":1}
<< {"result":[{"id":12346,"name":"OAuth 2.0 Test App","client_id":"r3qwqesr223dfdasd","access_tokens":["${second}","${first}"]}],"error":null,"id":1}
// A user without applications. This is the page's request but for its user, who is new here.
// @sample fetchUserApplications ordered (1.0)
>> {"method":"oauth2.fetchUserApplications","params":["rmeqcgpw3zu2y47y9bs8vs2h","qrqefasdfjp98-${unique}"],"id":1}
<< {"result":[],"error":null,"id":1}
// @status 400
>> {"jsonrpc":"2.0","method":"oauth2.fetchUserApplications","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","user_context":"qrqefasdfjp98","token_status":"live"},"id":2}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params.token_status"}},"id":2}
