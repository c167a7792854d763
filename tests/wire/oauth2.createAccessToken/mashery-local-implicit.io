// The published sample of the implicit grant of Mashery Local 5.x
// source: TIBCO Mashery Local 5.2.0 documentation, OAuth APIs, /v3/json-rpc transcript
// The published reply also has user_context and has no refresh_token: here the nine members of createAccessToken always
// stand, and no others. The second call takes the path without a site id that Local had.
// @path /v2/json-rpc/789?apikey=${apikey}&sig=${sig}
// @sample createAccessToken implicit (Mashery Local 5.x /v3/json-rpc)
>> {"id":1,"method":"oauth2.createAccessToken","params":{"service_key":"m9f5kyzfjjrssz6d5sfkbuw3","client":{"client_id":"yq7chp6ufkeea587gp6wqa6x","client_secret":"Azn4Xa"},"token_data":{"grant_type":"implicit"},"uri":{"redirect_uri":"https://some.com/cb"},"user_context":"testUser1455730448397"},"jsonrpc":"2.0"}
<< {"jsonrpc":"2.0","result":{"return_type":"json","access_token":"$re:rpa_[0-9A-Za-z]{60}","token_type":"bearer","expires_in":36000,"refresh_token":null,"scope":null,"state":null,"uri":null,"extended":null},"id":1}
// @path /v3/json-rpc
>> {"id":1,"method":"oauth2.createAccessToken","params":{"service_key":"m9f5kyzfjjrssz6d5sfkbuw3","client":{"client_id":"yq7chp6ufkeea587gp6wqa6x","client_secret":"Azn4Xa"},"token_data":{"grant_type":"implicit"},"uri":{"redirect_uri":"https://some.com/cb"},"user_context":"testUser1455730448397"},"jsonrpc":"2.0"}
<< {"jsonrpc":"2.0","result":{"return_type":"json","access_token":"$re:rpa_[0-9A-Za-z]{60}","token_type":"bearer","expires_in":36000,"refresh_token":null,"scope":null,"state":null,"uri":null,"extended":null},"id":1}
