// A batch is done in order, each element seeing what the ones before it did; on a Mashery path it is 200 as well
// source: JSON-RPC 2.0 specification, §6; contract §2
// @tags jsonrpc
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},{"grant_type":"client_credentials"}],"id":0}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:token","...":"$any"},"id":0}
// @path /v2/json-rpc/789
>> [{"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",["${token}"]],"id":1},{"jsonrpc":"2.0","method":"oauth2.revokeAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"${token}"]},{"method":"oauth2.fetchAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h",["${token}"]],"id":2},{"version":"1.1","method":"no.such"}]
<< [{"jsonrpc":"2.0","result":[{"access_token":"${token}","...":"$any"}],"id":1},{"result":[],"error":null,"id":2},{"version":"1.1","error":{"name":"JSONRPCError","code":-32601,"message":"Method not found","data":null}}]
