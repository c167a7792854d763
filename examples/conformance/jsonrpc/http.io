// What HTTP says of a reply, on both dialects
// source: contract §1
// @tags jsonrpc
// @header Content-Type: application/json;charset=UTF-8
// @header Cache-Control: no-store
>> {"jsonrpc":"2.0","method":"test.hello","id":1}
<< {"jsonrpc":"2.0","result":"Hello!","id":1}
// A form's Content-Type is not looked at, and a trailing slash is accepted.
// @path /rpc/
// @send Content-Type: application/x-www-form-urlencoded
>> {"jsonrpc":"2.0","method":"test.hello","id":1}
<< {"jsonrpc":"2.0","result":"Hello!","id":1}
// @header Cache-Control: no-store
>> {"jsonrpc":"2.0","method":"test.hello"}
<<
// @path /v2/json-rpc/any-site/
// @header Content-Type: application/json;charset=UTF-8
// @header Cache-Control: no-store
// @status 400
>> {
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}
