// Every example of the JSON-RPC 2.0 specification, in its order
// source: JSON-RPC 2.0 specification, §7 "Examples"
// @tags jsonrpc
// The methods of the specification do not exist here. subtract, sum, update, notify_hello and get_data became test.echo, or
// fetchApplication where two names are needed; foobar and foo.get, which do not exist there either, stayed. Of the
// envelopes nothing was changed.
//
// rpc call with positional parameters
>> {"jsonrpc": "2.0", "method": "test.echo", "params": [42], "id": 1}
<< {"jsonrpc": "2.0", "result": 42, "id": 1}
>> {"jsonrpc": "2.0", "method": "test.echo", "params": [23], "id": 2}
<< {"jsonrpc": "2.0", "result": 23, "id": 2}
// rpc call with named parameters, in either order
>> {"jsonrpc": "2.0", "method": "oauth2.fetchApplication", "params": {"service_key": "rmeqcgpw3zu2y47y9bs8vs2h", "client": {"client_id": "12345"}}, "id": 3}
<< {"jsonrpc": "2.0", "result": {"id": 12345, "...": "$any"}, "id": 3}
>> {"jsonrpc": "2.0", "method": "oauth2.fetchApplication", "params": {"client": {"client_id": "12345"}, "service_key": "rmeqcgpw3zu2y47y9bs8vs2h"}, "id": 4}
<< {"jsonrpc": "2.0", "result": {"id": 12345, "...": "$any"}, "id": 4}
// a Notification
>> {"jsonrpc": "2.0", "method": "test.echo", "params": [1,2,3,4,5]}
<<
>> {"jsonrpc": "2.0", "method": "foobar"}
<<
// rpc call of non-existent method
>> {"jsonrpc": "2.0", "method": "foobar", "id": "1"}
<< {"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "1"}
// rpc call with invalid JSON
>> {"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null}
// rpc call with invalid Request object
>> {"jsonrpc": "2.0", "method": 1, "params": "bar"}
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}
// rpc call Batch, invalid JSON
>> [
>>   {"jsonrpc": "2.0", "method": "test.echo", "params": [1,2,4], "id": "1"},
>>   {"jsonrpc": "2.0", "method"
>> ]
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null}
// rpc call with an empty Array
>> []
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}
// rpc call with an invalid Batch (but not empty)
>> [1]
<< [
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}
<< ]
// rpc call with invalid Batch
>> [1,2,3]
<< [
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}
<< ]
// rpc call Batch
>> [
>>   {"jsonrpc": "2.0", "method": "test.echo", "params": [7], "id": "1"},
>>   {"jsonrpc": "2.0", "method": "test.echo", "params": [7]},
>>   {"jsonrpc": "2.0", "method": "test.echo", "params": [19], "id": "2"},
>>   {"foo": "boo"},
>>   {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
>>   {"jsonrpc": "2.0", "method": "test.echo", "params": [["hello", 5]], "id": "9"}
>> ]
<< [
<<   {"jsonrpc": "2.0", "result": 7, "id": "1"},
<<   {"jsonrpc": "2.0", "result": 19, "id": "2"},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
<<   {"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "5"},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": "9"}
<< ]
// rpc call Batch (all notifications)
>> [
>>   {"jsonrpc": "2.0", "method": "test.echo", "params": [1,2,4]},
>>   {"jsonrpc": "2.0", "method": "test.echo", "params": [7]}
>> ]
<<
