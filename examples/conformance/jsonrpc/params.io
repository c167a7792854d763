// Parameters by their order and by their names
// source: JSON-RPC 2.0 specification, §4.2 and §5.1
// @tags jsonrpc
// params is an array or an object when it is there, also where it is falsy.
>> {"jsonrpc":"2.0","method":"test.hello","params":null,"id":1}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":1}
>> {"jsonrpc":"2.0","method":"test.hello","params":false,"id":1}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":1}
>> {"jsonrpc":"2.0","method":"test.hello","params":true,"id":1}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":1}
>> {"jsonrpc":"2.0","method":"test.hello","params":0,"id":1}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":1}
>> {"jsonrpc":"2.0","method":"test.hello","params":1,"id":1}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":1}
>> {"jsonrpc":"2.0","method":"test.hello","params":1.5,"id":1}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":1}
>> {"jsonrpc":"2.0","method":"test.hello","params":"","id":1}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":1}
>> {"jsonrpc":"2.0","method":"test.hello","params":"bar","id":1}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":1}
// Empty ones are none.
>> {"jsonrpc":"2.0","method":"test.hello","params":[],"id":2}
<< {"jsonrpc":"2.0","result":"Hello!","id":2}
>> {"jsonrpc":"2.0","method":"test.hello","params":{},"id":2}
<< {"jsonrpc":"2.0","result":"Hello!","id":2}
// Too many, too few, missing and unknown ones are told by their place, never by their value.
>> {"jsonrpc":"2.0","method":"test.hello","params":[1],"id":3}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params"}},"id":3}
>> {"jsonrpc":"2.0","method":"test.hello","params":{"name":"x"},"id":3}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params"}},"id":3}
>> {"jsonrpc":"2.0","method":"test.echo","params":[],"id":4}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params[0]"}},"id":4}
>> {"jsonrpc":"2.0","method":"test.echo","params":{},"id":4}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params.value"}},"id":4}
>> {"jsonrpc":"2.0","method":"test.echo","params":{"Value":1},"id":4}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params"}},"id":4}
>> {"jsonrpc":"2.0","method":"test.echo","params":{"":1},"id":4}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params"}},"id":4}
>> {"jsonrpc":"2.0","method":"test.echo","params":{"va lue":1},"id":4}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params"}},"id":4}
>> {"jsonrpc":"2.0","method":"test.echo","params":{"self":1},"id":4}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params"}},"id":4}
>> {"jsonrpc":"2.0","method":"test.echo","params":{"value":1,"other":2},"id":4}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params"}},"id":4}
>> {"jsonrpc":"2.0","method":"test.echo","params":[1,2],"id":4}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params"}},"id":4}
// A parameter of the wrong type.
>> {"jsonrpc":"2.0","method":"oauth2.fetchApplication","params":[7,{}],"id":5}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params[0]"}},"id":5}
>> {"jsonrpc":"2.0","method":"oauth2.fetchApplication","params":["rmeqcgpw3zu2y47y9bs8vs2h",7],"id":5}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params[1]"}},"id":5}
>> {"jsonrpc":"2.0","method":"oauth2.fetchApplication","params":{"service_key":"rmeqcgpw3zu2y47y9bs8vs2h","client":"12345"},"id":5}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params.client"}},"id":5}
>> {"jsonrpc":"2.0","method":"oauth2.fetchApplication","params":["rmeqcgpw3zu2y47y9bs8vs2h"],"id":5}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"path":"$.params[1]"}},"id":5}
