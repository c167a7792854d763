// The published sample
// source: Mashery API 2.0 guide, revokeAccessToken
// The page answers its request of version 1.0 in version 2.0: {"jsonrpc":"2.0","result":true,"id":1}. A reply has the version
// of its request, so this one has "error": null and no "jsonrpc".
// @path /v2/json-rpc/789?apikey=${apikey}&sig=${sig}
>> {"method":"oauth2.createAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"qrqefasdfjp98","client_secret":"not-in-the-sample-4"},{"grant_type":"client_credentials"}],"id":1}
<< {"result":{"access_token":"$save:token","...":"$any"},"error":null,"id":1}
// @sample revokeAccessToken ordered (1.0)
>> {"method":"oauth2.revokeAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"qrqefasdfjp98"},"${token}"],"id":1}
<< {"result":true,"error":null,"id":1}
// @status 400
>> {"method":"oauth2.fetchAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h","${token}"],"id":2}
<< {"result":null,"error":{"code":-2001,"message":"Invalid Access Token","data":{"error":404,"...":"$any"},"error":{"error":404,"...":"$any"}},"id":2}
// Revoking what does not exist succeeds (RFC 7009 §2.2): this is the token that the page prints.
>> {"method":"oauth2.revokeAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"qrqefasdfjp98"},"SlAV32hkKG"],"id":3}
<< {"result":true,"error":null,"id":3}
// @status 400
>> {"method":"oauth2.revokeAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"nobody"},"SlAV32hkKG"],"id":4}
<< {"result":null,"error":{"code":-2001,"message":"Invalid client identifier","data":{"error":"unauthorized_client","...":"$any"},"error":{"error":"unauthorized_client","...":"$any"}},"id":4}
