// The published sample
// source: Mashery API 2.0 guide, createAuthorizationCode, ordered parameters
// The page's reply could not be read. Deployed callers send the browser straight to uri.redirect_uri, which holds the code.
// @path /v2/json-rpc/789?apikey=${apikey}&sig=${sig}
// @sample createAuthorizationCode ordered (1.0)
>> {"method":"oauth2.createAuthorizationCode","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},{"redirect_uri":"https://client.example.com/cb"},null,"ghdjg74hfkshge76rhgfjg7wsmnxhd","code"],"id":1}
<< {"result":{"code":"$save:code=$re:rpc_[0-9A-Za-z]{60}","uri":{"redirect_uri":"https://client.example.com/cb?code=${code}","state":null}},"error":null,"id":1}
// A caller that took "the uri must be escaped" literally sends backslashes; they are read as plain slashes.
>> {"method":"oauth2.createAuthorizationCode","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":""},{"redirect_uri":"https:\\/\\/client.example.com\\/cb","state":"xyz"}],"id":2}
<< {"result":{"code":"$save:code","uri":{"redirect_uri":"https://client.example.com/cb?code=${code}&state=xyz","state":"xyz"}},"error":null,"id":2}
// @status 400
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"nobody"}],"id":3}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"Invalid client identifier","data":{"error":"unauthorized_client","error_description":"Invalid client identifier","error_response":null},"error":{"error":"unauthorized_client","error_description":"Invalid client identifier","error_response":null}},"id":3}
