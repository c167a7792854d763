// Many tokens are revoked at once
// source: contract of revokeTokens
// @tags methods smoke
// @shown unique "12345"
// @example All of a user's
>> {"jsonrpc":"2.0","method":"oauth2.revokeTokens","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","where":{"user_context":"user${unique}"}},"id":1}
<< {"jsonrpc":"2.0","result":true,"id":1}
// @example All of an application's that were issued before its secret was changed
>> {"jsonrpc":"2.0","method":"oauth2.revokeTokens","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","where":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","issued_before":"2025-01-15T07:00:00Z"}},"id":2}
<< {"jsonrpc":"2.0","result":true,"id":2}
