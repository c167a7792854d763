// A service with an issuer names it in the redirect; the scope is checked against the service's list
// source: RFC 9207 §2; RFC 6749 §3.3, on /rpc
// @tags oauth
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"9hc6ryd3bw7mq2xv8zk4tnjs","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"uri":{"state":"xyz"},"scope":"read write","user_context":"user12345","response_type":"code"},"id":1}
<< {"jsonrpc":"2.0","result":{"code":"$save:code","uri":{"redirect_uri":"https://client.example.com/cb?code=${code}&state=xyz&iss=https%3A%2F%2Fauth.example.com","state":"xyz"}},"id":1}
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":{"service_key":"9hc6ryd3bw7mq2xv8zk4tnjs","client":{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},"uri":{"state":"xyz"},"scope":"admin","user_context":"user12345"},"id":2}
<< {"jsonrpc":"2.0","error":{"code":-2001,"message":"An OAuth related error has occurred","data":{"error":"invalid_scope","error_description":"$string","error_response":{"return_type":"redirect","status":302,"headers":{"Location":"$re:https://client\\.example\\.com/cb\\?error=invalid_scope&error_description=[^&]+&state=xyz&iss=https%3A%2F%2Fauth\\.example\\.com","Cache-Control":"no-store"},"response":{"error":"invalid_scope","error_description":"$string","state":"xyz"},"uri":"$any"}}},"id":2}
