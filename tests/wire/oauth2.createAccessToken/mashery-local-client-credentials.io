// The published sample of the client credentials grant of Mashery Local 5.1
// source: TIBCO Mashery Local 5.1 documentation, OAuth APIs
// No reply was published. The uri is not needed by this grant and plays no part; the user_context is kept with the token.
// @path /v2/json-rpc/789?apikey=${apikey}&sig=${sig}
// @sample createAccessToken client_credentials (Mashery Local 5.1)
>> {"method":"oauth2.createAccessToken","params":{"service_key":"m9f5kyzfjjrssz6d5sfkbuw3","client":{"client_id":"4c7fmwh59w3ufn7pxt92qwx9","client_secret":"UhgX9W"},"token_data":{"grant_type":"client_credentials","scope":"scope"},"uri":{"redirect_uri":"https://yahoo.com/cb"},"user_context":"testuser"},"id":1001,"jsonrpc":"2.0"}
<< {"jsonrpc":"2.0","result":{"return_type":"json","access_token":"$save:token","token_type":"bearer","expires_in":36000,"refresh_token":null,"scope":"scope","state":null,"uri":null,"extended":null},"id":1001}
>> {"method":"oauth2.fetchAccessToken","params":["m9f5kyzfjjrssz6d5sfkbuw3","${token}"],"id":1002,"jsonrpc":"2.0"}
<< {"jsonrpc":"2.0","result":{"client_id":"4c7fmwh59w3ufn7pxt92qwx9","token_type":"bearer","grant_type":"client_credentials","expires":"$now+36000±10","scope":"scope","user_context":"testuser","extended":null},"id":1002}
