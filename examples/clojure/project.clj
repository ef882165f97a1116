(defproject example-clojure "1.0.0"
  :description "A web app as Heroku's users have them: no Dockerfile, no Procfile"
  :min-lein-version "2.0.0"
  :dependencies [[org.clojure/clojure "1.12.5"]
                 [io.undertow/undertow-core "2.3.18.Final"]]
  :main example.server
  :uberjar-name "example-clojure.jar"
  :profiles {:uberjar {:aot :all}})
