// A method or service that a caller may not use, and a service that does not exist, are one answer
// source: contract §1 and §6
// @tags callers
// @caller reader
>> {"jsonrpc":"2.0","method":"oauth2.fetchApplication","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"12345"}],"id":1}
<< {"jsonrpc":"2.0","result":{"id":12345,"...":"$any"},"id":1}
>> {"jsonrpc":"2.0","method":"oauth2.revokeTokens","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"user_context":"user12345"}],"id":2}
<< {"jsonrpc":"2.0","error":{"code":-32001,"message":"Not Authorized"},"id":2}
>> {"jsonrpc":"2.0","method":"oauth2.fetchApplication","params":["9hc6ryd3bw7mq2xv8zk4tnjs",{"client_id":"12345"}],"id":3}
<< {"jsonrpc":"2.0","error":{"code":-32001,"message":"Not Authorized"},"id":3}
// @path /v2/json-rpc
// @status 400
>> {"jsonrpc":"2.0","method":"oauth2.fetchApplication","params":["no-such-service",{"client_id":"12345"}],"id":4}
<< {"jsonrpc":"2.0","error":{"code":-32001,"message":"Not Authorized"},"id":4}
