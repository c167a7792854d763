// /authz asks for the scope that the gateway names
// source: contract of /authz; RFC 6750 §3.1
// @tags gateway
// @needs authz
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":["9hc6ryd3bw7mq2xv8zk4tnjs",{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},{"grant_type":"password","scope":"read"},null,"user12345"],"id":1}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:token","...":"$any"},"id":1}
>>! GET /services/9hc6ryd3bw7mq2xv8zk4tnjs/authz header 'Authorization:Bearer ${token}' header X-Auth-Require-Scope:read
<<! 200
// @header WWW-Authenticate: Bearer realm="Gateway API", error="insufficient_scope", scope="read write"
// @header X-Auth-Error: insufficient_scope
>>! GET /services/9hc6ryd3bw7mq2xv8zk4tnjs/authz header 'Authorization:Bearer ${token}' header 'X-Auth-Require-Scope:read write'
<<! 403
// A scope that is none is a question without an answer, and so a no.
// @header X-Auth-Error: malformed_scope
>>! GET /services/9hc6ryd3bw7mq2xv8zk4tnjs/authz header 'Authorization:Bearer ${token}' header 'X-Auth-Require-Scope:"read"'
<<! 403
