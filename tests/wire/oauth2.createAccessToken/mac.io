// A service that issues MAC tokens answers as the published sample response does
// source: Mashery API 2.0 guide, createAccessToken, "Sample Response"
// The service is another one than the page's, whose id names one that issues bearer tokens here.
// @path /v2/json-rpc/789?apikey=${apikey}&sig=${sig}
>> {"method":"oauth2.createAuthorizationCode","params":["4xkz8wqv3nt6rb2hm9ydj5cs",{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},{"redirect_uri":"https:\/\/client.example.com\/cb"},"myscope","user12345","code"],"id":1}
<< {"result":{"code":"$save:code","uri":"$any"},"error":null,"id":1}
>> {"method":"oauth2.createAccessToken","params":["4xkz8wqv3nt6rb2hm9ydj5cs",{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},{"grant_type":"authorization_code","scope":"myscope","code":"${code}","response_type":null,"refresh_token":""},{"redirect_uri":"https:\/\/client.example.com\/cb"},"user12345"],"id":1}
<< {
<< "result":{
<< "return_type":"json",
<< "access_token":"$re:rpa_[0-9A-Za-z]{60}",
<< "token_type":"mac",
<< "expires_in":3600,
<< "refresh_token":"$re:rpf_[0-9A-Za-z]{60}",
<< "scope":"myscope",
<< "state":null,
<< "uri":null,
<< "extended":{
<< "secret":"$re:[0-9A-Za-z]{43}",
<< "algorithm":"hmac-sha-256"
<< }
<< },
<< "error":null,
<< "id":1
<< }
// A redirect cannot carry a MAC key, so response_type token is refused for such a service.
// @status 400
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"4xkz8wqv3nt6rb2hm9ydj5cs","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"token_data":{"response_type":"token"},"uri":{"redirect_uri":"https://client.example.com/cb"},"user_context":"user12345"},"id":2}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"$save:text","data":{"error":"unsupported_response_type","error_description":"${text}","error_response":"$any"},"error":{"error":"unsupported_response_type","error_description":"${text}","error_response":"$any"}},"id":2}
