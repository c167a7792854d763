// What a consent page shows
// source: contract of fetchApplication
// @tags methods smoke
// @shown id 12345
// @example Before a consent page is shown
>> {"jsonrpc":"2.0","method":"oauth2.fetchApplication","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"uri":{"redirect_uri":"https://client.example.com/cb","state":"xyz"},"response_type":"code"},"id":1}
<< {"jsonrpc":"2.0","result":{"id":"$save:id=$int","external_id":null,"name":"OAuth 2.0 Test App","attributes":null},"id":1}
