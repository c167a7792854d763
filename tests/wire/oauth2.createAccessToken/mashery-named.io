// The published sample with named parameters
// source: Mashery API 2.0 guide, createAccessToken, "Sample Request (Named Parameters)"
// The page prints one reply, of version 1.0, for both of its samples. A reply has the version of its request, so this one
// is of 2.0 and has no "error".
// @path /v2/json-rpc/789?apikey=${apikey}&sig=${sig}
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"uri":{"redirect_uri":"https:\/\/client.example.com\/cb"},"user_context":"user12345"},"id":1}
<< {"jsonrpc":"2.0","result":{"code":"$save:code","uri":"$any"},"id":1}
>> {
>> "jsonrpc":"2.0",
>> "method":"oauth2.createAccessToken",
>> "params":{
>> "service_key":"rmeqcgpw3zu2y47y9bs8vs2h",
>> "client":{
>> "client_id":"tkr7f25gd6452zy8rjsf7bwd",
>> "client_secret":"q13rupuifd"
>> },
>> "token_data":{
>> "grant_type":"authorization_code",
>> "scope":"myscope",
>> "code":"${code}",
>> "response_type":null,
>> "refresh_token":""
>> },
>> "uri":{
>> "redirect_uri":"https:\/\/client.example.com\/cb"
>> },
>> "user_context":"user12345"
>> },
>> "id":1
>> }
<< {"jsonrpc":"2.0","result":{"return_type":"json","access_token":"$re:rpa_[0-9A-Za-z]{60}","token_type":"bearer","expires_in":3600,"refresh_token":"$re:rpf_[0-9A-Za-z]{60}","scope":"myscope","state":null,"uri":null,"extended":null},"id":1}
