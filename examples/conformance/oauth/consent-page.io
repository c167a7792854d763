// What a consent page asks before it shows anything: client, redirect_uri and response_type in one call
// source: contract of fetchApplication, on /rpc
// @tags oauth
>> {"jsonrpc":"2.0","method":"oauth2.fetchApplication","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"uri":{"redirect_uri":"https://client.example.com/cb","state":"xyz"},"response_type":"code","context":{"remote_addr":"192.0.2.1"}},"id":1}
<< {"jsonrpc":"2.0","result":{"id":"$int","external_id":null,"name":"OAuth 2.0 Test App","attributes":null},"id":1}
>> {"jsonrpc":"2.0","method":"oauth2.fetchApplication","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"uri":{"redirect_uri":"https://client.example.com/other"},"response_type":"code"},"id":2}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","error_description":"$string","error_response":null}},"id":2}
>> {"jsonrpc":"2.0","method":"oauth2.fetchApplication","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"uri":{"redirect_uri":"https://client.example.com/cb","state":"xyz"},"response_type":"id_token"},"id":3}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"unsupported_response_type","error_description":"$string","error_response":{"return_type":"redirect","status":302,"...":"$any"}}},"id":3}
>> {"jsonrpc":"2.0","method":"oauth2.fetchApplication","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h"},"id":4}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params.client"}},"id":4}
