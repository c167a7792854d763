// /authz lets a live token pass with its identity in headers, and denies it at the next request once it is revoked
// source: contract of /authz; RFC 6750 §3
// @tags gateway
// @needs authz
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":["9hc6ryd3bw7mq2xv8zk4tnjs",{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},{"grant_type":"password","scope":"read"},null,"Zoë %"],"id":1}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:token","...":"$any"},"id":1}
// Yes is 200 without a body. What a header cannot hold is percent-encoded UTF-8.
// @header X-Auth-Subject: Zo%C3%AB %25
// @header X-Auth-Client: tkr7f25gd6452zy8rjsf7bwd
// @header X-Auth-Scope: read
// @header X-Auth-Audience:
// @header X-Auth-Expires: $re:[0-9]{10}
// @header X-Mashery-Oauth-Access-Token: ${token}
// @header X-Mashery-Oauth-User-Context: Zo%C3%AB %25
// @header Cache-Control: no-store
>>! GET /services/9hc6ryd3bw7mq2xv8zk4tnjs/authz header 'Authorization:Bearer ${token}'
<<! 200
// Every method is answered, and a body is not looked at.
// @header X-Auth-Subject: Zo%C3%AB %25
>>! DELETE /services/9hc6ryd3bw7mq2xv8zk4tnjs/authz header 'Authorization:Bearer ${token}'
>> {"whatever":"the client sent"}
<<! 200
// The path behind /authz is the request's own: so Envoy asks.
>>! GET /services/9hc6ryd3bw7mq2xv8zk4tnjs/authz/v1/things?page=2 header 'Authorization:Bearer ${token}'
<<! 200
>> {"jsonrpc":"2.0","method":"oauth2.revokeAccessToken","params":["9hc6ryd3bw7mq2xv8zk4tnjs",{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},"${token}"],"id":2}
<< {"jsonrpc":"2.0","result":true,"id":2}
// The headers of the identity are there with a no as well, and empty: a client's own must not get through.
// @header WWW-Authenticate: Bearer realm="Gateway API", error="invalid_token"
// @header X-Auth-Error: invalid_token
// @header X-Auth-Subject:
// @header X-Auth-Client:
// @header X-Auth-Scope:
// @header X-Auth-Expires:
// @header X-Mashery-Oauth-Access-Token:
>>! GET /services/9hc6ryd3bw7mq2xv8zk4tnjs/authz header 'Authorization:Bearer ${token}' header X-Auth-Subject:admin
<<! 401
