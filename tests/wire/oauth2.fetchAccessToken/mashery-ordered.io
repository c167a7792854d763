// The published samples: a token, and none
// source: Mashery API 2.0 guide, fetchAccessToken, sample response and "Token not found"
// The published error has its detail under "error" alone. It stands under "data" too, where other samples have it.
// @path /v2/json-rpc/789?apikey=${apikey}&sig=${sig}
>> {"method":"oauth2.createAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"8gmr4zwzje4yxk37t97ncrjc","client_secret":"not-in-the-sample-2"},{"grant_type":"password","scope":"http:\/\/www.example.com"},null,"user12345"],"id":1}
<< {"result":{"access_token":"$save:token","...":"$any"},"error":null,"id":1}
// @sample fetchAccessToken ordered (2.0)
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h","${token}"],"id":1}
<< {"jsonrpc":"2.0","result":{"client_id":"8gmr4zwzje4yxk37t97ncrjc","token_type":"bearer","grant_type":"password","expires":"$now+3600±10","scope":"http://www.example.com","user_context":"user12345","extended":null},"id":1}
// @sample fetchAccessToken not found (2.0)
// @status 400
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","access_token":"nope"},"id":1}
<< {"jsonrpc":"2.0","error":{"message":"Invalid Access Token","code":-2001,"data":{"error":404,"error_description":"Invalid Access Token","error_response":null},"error":{"error":404,"error_description":"Invalid Access Token","error_response":null}},"id":1}
