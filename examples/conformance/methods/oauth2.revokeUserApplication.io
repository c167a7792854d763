// A user disconnects an application
// source: contract of revokeUserApplication
// @tags methods smoke
// @shown unique "12345"
// @example A user disconnects an application
>> {"jsonrpc":"2.0","method":"oauth2.revokeUserApplication","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"user_context":"user${unique}"},"id":1}
<< {"jsonrpc":"2.0","result":true,"id":1}
