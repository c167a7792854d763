// The published sample with ordered parameters, on a service that issues bearer tokens
// source: Mashery API 2.0 guide, createAccessToken, "Sample Request (Ordered Parameters)"
// The page's reply shows a MAC token; what a service issues is its setting, and here it says bearer (see mac.io). The
// code stands where the page prints one, and is made first. Line breaks and "\/" are the page's.
// @path /v2/json-rpc/789?apikey=${apikey}&sig=${sig}
>> {"method":"oauth2.createAuthorizationCode","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},{"redirect_uri":"https:\/\/client.example.com\/cb"},"myscope","user12345","code"],"id":1}
<< {"result":{"code":"$save:code","uri":"$any"},"error":null,"id":1}
// @sample createAccessToken ordered (JSON-RPC 1.0)
>> {
>> "method":"oauth2.createAccessToken",
>> "params":[
>> "rmeqcgpw3zu2y47y9bs8vs2h",
>> {
>> "client_id":"tkr7f25gd6452zy8rjsf7bwd",
>> "client_secret":"q13rupuifd"
>> },
>> {
>> "grant_type":"authorization_code",
>> "scope":"myscope",
>> "code":"${code}",
>> "response_type":null,
>> "refresh_token":""
>> },
>> {
>> "redirect_uri":"https:\/\/client.example.com\/cb"
>> },
>> "user12345"
>> ],
>> "id":1
>> }
<< {
<< "result":{
<< "return_type":"json",
<< "access_token":"$re:rpa_[0-9A-Za-z]{60}",
<< "token_type":"bearer",
<< "expires_in":3600,
<< "refresh_token":"$re:rpf_[0-9A-Za-z]{60}",
<< "scope":"myscope",
<< "state":null,
<< "uri":null,
<< "extended":null
<< },
<< "error":null,
<< "id":1
<< }
