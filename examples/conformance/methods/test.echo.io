// A value comes back
// source: contract of echo
// @tags methods smoke
// @example A text
>> {"jsonrpc":"2.0","method":"test.echo","params":{"value":"hi"},"id":1}
<< {"jsonrpc":"2.0","result":"hi","id":1}
