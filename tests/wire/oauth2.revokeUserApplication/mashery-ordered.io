// The published sample
// source: Mashery API 2.0 guide, revokeUserApplication
// The user's tokens are made first, for the user of the page's request.
// @path /v2/json-rpc/789?apikey=${apikey}&sig=${sig}
>> {"method":"oauth2.createAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"r3qwqesr223dfdasd","client_secret":"not-in-the-sample-3"},{"grant_type":"password"},null,"qrqefasdfjp98"],"id":1}
<< {"result":{"access_token":"$save:token","refresh_token":"$save:refresh","...":"$any"},"error":null,"id":1}
// @sample revokeUserApplication ordered (1.0)
>> {"method":"oauth2.revokeUserApplication","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"r3qwqesr223dfdasd"},"qrqefasdfjp98"],"id":1}
<< {"result":true,"error":null,"id":1}
// @status 400
>> {"method":"oauth2.fetchAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h","${token}"],"id":2}
<< {"result":null,"error":{"code":-2001,"message":"Invalid Access Token","...":"$any"},"id":2}
// @status 400
>> {"method":"oauth2.createAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"r3qwqesr223dfdasd","client_secret":"not-in-the-sample-3"},{"grant_type":"refresh_token","refresh_token":"${refresh}"}],"id":3}
<< {"result":null,"error":{"code":-2001,"data":{"error":"invalid_grant","...":"$any"},"...":"$any"},"id":3}
// @status 400
>> {"method":"oauth2.revokeUserApplication","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"nobody"},"qrqefasdfjp98"],"id":4}
<< {"result":null,"error":{"code":-2001,"message":"Invalid client identifier","data":{"error":"unauthorized_client","...":"$any"},"error":{"error":"unauthorized_client","...":"$any"}},"id":4}
