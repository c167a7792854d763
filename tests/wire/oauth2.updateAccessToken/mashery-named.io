// The published sample
// source: Mashery API 2.0 guide, updateAccessToken, named parameters and error table
// No reply was published beside the list of its members.
// @path /v2/json-rpc/789?apikey=${apikey}&sig=${sig}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":{"service_key":"58sbjqbeug3ae7bnp2fw7yde","client":{"client_id":"66b9jkxgbxhcuppx58rmsj69","client_secret":"sgnCfA"},"token_data":{"grant_type":"password"},"user_context":"user12345"},"id":1}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:token","...":"$any"},"id":1}
// @sample updateAccessToken named
>> {"id":1,"jsonrpc":"2.0","method":"oauth2.updateAccessToken","params":{"service_key":"58sbjqbeug3ae7bnp2fw7yde","client":{"client_id":"66b9jkxgbxhcuppx58rmsj69","client_secret":"sgnCfA"},"access_token":"${token}","scope":"myscope","user_context":"myusercontext","expires_in":60}}
<< {"jsonrpc":"2.0","result":{"client_id":"66b9jkxgbxhcuppx58rmsj69","token_type":"bearer","grant_type":"password","expires":"$now+60±10","scope":"myscope","user_context":"myusercontext","extended":null},"id":1}
// @status 400
>> {"id":2,"jsonrpc":"2.0","method":"oauth2.updateAccessToken","params":{"service_key":"58sbjqbeug3ae7bnp2fw7yde","client":{"client_id":"66b9jkxgbxhcuppx58rmsj69","client_secret":"sgnCfA"},"access_token":"vxgqqqz7yua7nzrsp4arba7u","expires_in":60}}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"Unable to update token","data":{"error":"invalid_request","error_description":"Unable to update token","error_response":null},"error":{"error":"invalid_request","error_description":"Unable to update token","error_response":null}},"id":2}
