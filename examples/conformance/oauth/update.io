// The forms of the page's syntax line: flat client_id and client_secret, named and ordered
// source: Mashery API 2.0 guide, updateAccessToken, "Syntax"; contract of updateAccessToken, on /rpc
// @tags oauth
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":["58sbjqbeug3ae7bnp2fw7yde",{"client_id":"66b9jkxgbxhcuppx58rmsj69","client_secret":"sgnCfA"},{"grant_type":"password","scope":"a"},null,"user12345"],"id":1}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:token","...":"$any"},"id":1}
// Only what is given changes.
>> {"jsonrpc":"2.0","method":"oauth2.updateAccessToken","params":{"service_key":"58sbjqbeug3ae7bnp2fw7yde","client_id":"66b9jkxgbxhcuppx58rmsj69","access_token":"${token}","expires_in":"120"},"id":2}
<< {"jsonrpc":"2.0","result":{"client_id":"66b9jkxgbxhcuppx58rmsj69","token_type":"bearer","grant_type":"password","expires":"$now+120±10","scope":"a","user_context":"user12345","extended":null},"id":2}
>> {"jsonrpc":"2.0","method":"oauth2.updateAccessToken","params":["58sbjqbeug3ae7bnp2fw7yde","66b9jkxgbxhcuppx58rmsj69","sgnCfA","${token}","b",null,"other"],"id":3}
<< {"jsonrpc":"2.0","result":{"expires":"$now+120±10","scope":"b","user_context":"other","...":"$any"},"id":3}
// Both forms at once; and a lifetime that is none, which is no update of this token.
>> {"jsonrpc":"2.0","method":"oauth2.updateAccessToken","params":{"service_key":"58sbjqbeug3ae7bnp2fw7yde","client":{"client_id":"66b9jkxgbxhcuppx58rmsj69"},"client_id":"66b9jkxgbxhcuppx58rmsj69","access_token":"${token}"},"id":4}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params.client"}},"id":4}
>> {"jsonrpc":"2.0","method":"oauth2.updateAccessToken","params":{"service_key":"58sbjqbeug3ae7bnp2fw7yde","client":{"client_id":"66b9jkxgbxhcuppx58rmsj69"},"access_token":"${token}","expires_in":0},"id":5}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_request","error_description":"Unable to update token","error_response":null}},"id":5}
