// /authz denies whatever it cannot be sure of, and says in a word why
// source: contract of /authz; RFC 6750 §3.1
// @tags gateway
// @needs authz
// Without a token the challenge names no error.
// @header WWW-Authenticate: Bearer realm="Gateway API"
// @header X-Auth-Subject:
>>! GET /services/9hc6ryd3bw7mq2xv8zk4tnjs/authz
<<! 401
// @header WWW-Authenticate: Bearer realm="Gateway API", error="invalid_token"
>>! GET /services/9hc6ryd3bw7mq2xv8zk4tnjs/authz header 'Authorization:Bearer made-up'
<<! 401
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":["9hc6ryd3bw7mq2xv8zk4tnjs",{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},{"grant_type":"password","scope":"read"},null,"user12345"],"id":1}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:token","...":"$any"},"id":1}
// Two tokens at once: nobody can tell which of them was meant. This service takes one in the query too.
// @header X-Auth-Error: invalid_request
>>! GET /services/9hc6ryd3bw7mq2xv8zk4tnjs/authz header 'Authorization:Bearer ${token}' header X-Original-Method:GET header 'X-Original-URI:/v1?access_token=${token}'
<<! 400
// What two headers tell in two ways may be the client's word: it is not believed.
// @header X-Auth-Error: contradictory_request
>>! GET /services/9hc6ryd3bw7mq2xv8zk4tnjs/authz header 'Authorization:Bearer ${token}' header X-Original-URI:/public header X-Forwarded-Uri:/secret
<<! 403
// @header X-Auth-Error: malformed_request
>>! GET /services/9hc6ryd3bw7mq2xv8zk4tnjs/authz header 'Authorization:Bearer ${token}' header X-Original-URI:ftp://api.example.com/
<<! 403
// A token is of its service, and good at no other.
// @header X-Auth-Error: invalid_token
>>! GET /services/rmeqcgpw3zu2y47y9bs8vs2h/authz header 'Authorization:Bearer ${token}'
<<! 401
// @header X-Auth-Error: unknown_service
>>! GET /services/made-up/authz header 'Authorization:Bearer ${token}'
<<! 403
// nginx makes a 500 of everything but 401 and 403.
// @header X-Auth-Error: invalid_request
>>! GET /services/9hc6ryd3bw7mq2xv8zk4tnjs/authz?deny=nginx header 'Authorization:Bearer ${token}' header X-Original-Method:GET header 'X-Original-URI:/v1?access_token=${token}'
<<! 403
