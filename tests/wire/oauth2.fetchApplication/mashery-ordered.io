// The published samples: an application, and none
// source: Mashery API 2.0 guide, fetchApplication, sample response and sample error
// The sample error has its detail under "data" alone. It stands under "error" too, where other samples have it.
// @path /v2/json-rpc/789?apikey=${apikey}&sig=${sig}
// @sample fetchApplication ordered (1.0)
>> {"method":"oauth2.fetchApplication","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"12345"},null,"code"],"id":1}
<< {"result":{"id":12345,"external_id":null,"name":"OAuth 2.0 Test App","attributes":null},"error":null,"id":1}
// @sample fetchApplication error (1.0)
// @status 400
>> {"method":"oauth2.fetchApplication","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"nope"},null,"code"],"id":1}
<< {"result":null,"error":{"message":"Invalid client identifier","code":-2001,"data":{"error":"unauthorized_client","error_description":"Invalid client identifier","error_response":null},"error":{"error":"unauthorized_client","error_description":"Invalid client identifier","error_response":null}},"id":1}
