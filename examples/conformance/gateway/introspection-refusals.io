// Introspection answers confidential clients of the service and callers that may ask, and nobody else
// source: RFC 7662 §2.1 and §2.3; RFC 6749 §2.3 and §5.2
// @tags gateway
// @needs oauth2
// @header WWW-Authenticate: $re:Basic .*
>>! POST /services/9hc6ryd3bw7mq2xv8zk4tnjs/oauth2/introspect form token=made-up
<<! 401 {"error":"invalid_client","...":"$any"}
// @header WWW-Authenticate: $re:Basic .*
>>! POST /services/9hc6ryd3bw7mq2xv8zk4tnjs/oauth2/introspect basic tkr7f25gd6452zy8rjsf7bwd:wrong form token=made-up
<<! 401 {"error":"invalid_client","...":"$any"}
// A public client keeps no secret.
>>! POST /services/9hc6ryd3bw7mq2xv8zk4tnjs/oauth2/introspect form token=made-up client_id=public-app
<<! 401 {"error":"invalid_client","...":"$any"}
// A client of another service, and a service that there is not, are answered alike.
>>! POST /services/9hc6ryd3bw7mq2xv8zk4tnjs/oauth2/introspect basic qrqefasdfjp98:not-in-the-sample-4 form token=made-up
<<! 401 {"error":"invalid_client","...":"$any"}
>>! POST /services/made-up/oauth2/introspect basic tkr7f25gd6452zy8rjsf7bwd:q13rupuifd form token=made-up
<<! 401 {"error":"invalid_client","...":"$any"}
// This caller is for another service, and its methods do not take introspection in.
>>! POST /services/rmeqcgpw3zu2y47y9bs8vs2h/oauth2/introspect basic reader:reader-secret form token=made-up
<<! 401 {"error":"invalid_client","...":"$any"}
// One way to prove oneself, each parameter once, and in a form: what stands in the query is not looked at.
>>! POST /services/9hc6ryd3bw7mq2xv8zk4tnjs/oauth2/introspect basic tkr7f25gd6452zy8rjsf7bwd:q13rupuifd form token=made-up client_secret=q13rupuifd
<<! 400 {"error":"invalid_request","...":"$any"}
>>! POST /services/9hc6ryd3bw7mq2xv8zk4tnjs/oauth2/introspect basic tkr7f25gd6452zy8rjsf7bwd:q13rupuifd form token=one token=two
<<! 400 {"error":"invalid_request","...":"$any"}
>>! POST /services/9hc6ryd3bw7mq2xv8zk4tnjs/oauth2/introspect basic tkr7f25gd6452zy8rjsf7bwd:q13rupuifd form
<<! 400 {"error":"invalid_request","...":"$any"}
>>! POST /services/9hc6ryd3bw7mq2xv8zk4tnjs/oauth2/introspect basic tkr7f25gd6452zy8rjsf7bwd:q13rupuifd header Content-Type:application/json
>> {"token":"made-up"}
<<! 400 {"error":"invalid_request","...":"$any"}
>>! POST /services/9hc6ryd3bw7mq2xv8zk4tnjs/oauth2/introspect?token=made-up basic tkr7f25gd6452zy8rjsf7bwd:q13rupuifd form
<<! 400 {"error":"invalid_request","...":"$any"}
// @header Allow: POST
>>! GET /services/9hc6ryd3bw7mq2xv8zk4tnjs/oauth2/introspect?token=made-up basic tkr7f25gd6452zy8rjsf7bwd:q13rupuifd
<<! 405 "$any"
