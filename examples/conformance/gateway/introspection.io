// Token introspection: what a live access token stands for, and nothing of any other
// source: RFC 7662 §2
// @tags gateway
// @needs oauth2
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":["9hc6ryd3bw7mq2xv8zk4tnjs",{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},{"grant_type":"password","scope":"read"},null,"user12345"],"id":1}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:token","refresh_token":"$save:refresh","...":"$any"},"id":1}
// @header Cache-Control: no-store
// @header Content-Type: $re:application/json.*
>>! POST /services/9hc6ryd3bw7mq2xv8zk4tnjs/oauth2/introspect basic tkr7f25gd6452zy8rjsf7bwd:q13rupuifd form token=${token}
<<! 200 {"active":true,"scope":"read","client_id":"tkr7f25gd6452zy8rjsf7bwd","username":"user12345","token_type":"bearer","exp":"$now+3600±10","iat":"$now±10","sub":"user12345","iss":"https://auth.example.com"}
// A client that proves itself in the form, and another of the same service, are told the same.
>>! POST /services/9hc6ryd3bw7mq2xv8zk4tnjs/oauth2/introspect form token=${token} client_id=tkr7f25gd6452zy8rjsf7bwd client_secret=q13rupuifd
<<! 200 {"active":true,"...":"$any"}
>>! POST /services/9hc6ryd3bw7mq2xv8zk4tnjs/oauth2/introspect basic narrow-app:narrow-secret form token=${token}
<<! 200 {"active":true,"client_id":"tkr7f25gd6452zy8rjsf7bwd","...":"$any"}
// A caller of the definitions may ask as well.
>>! POST /services/9hc6ryd3bw7mq2xv8zk4tnjs/oauth2/introspect basic demo:demo-secret form token=${token} token_type_hint=refresh_token
<<! 200 {"active":true,"...":"$any"}
// A refresh token is no credential at a resource: inactive, like what nobody issued.
>>! POST /services/9hc6ryd3bw7mq2xv8zk4tnjs/oauth2/introspect basic tkr7f25gd6452zy8rjsf7bwd:q13rupuifd form token=${refresh} token_type_hint=refresh_token
<<! 200 {"active":false}
>>! POST /services/9hc6ryd3bw7mq2xv8zk4tnjs/oauth2/introspect basic tkr7f25gd6452zy8rjsf7bwd:q13rupuifd form token=made-up
<<! 200 {"active":false}
// At another service it is unknown.
>>! POST /services/rmeqcgpw3zu2y47y9bs8vs2h/oauth2/introspect basic tkr7f25gd6452zy8rjsf7bwd:q13rupuifd form token=${token}
<<! 200 {"active":false}
// Many at once, answered in their order.
>>! POST /services/9hc6ryd3bw7mq2xv8zk4tnjs/oauth2/introspect basic tkr7f25gd6452zy8rjsf7bwd:q13rupuifd form tokens=made-up tokens=${token}
<<! 200 {"tokens":[{"active":false},{"active":true,"...":"$any"}]}
