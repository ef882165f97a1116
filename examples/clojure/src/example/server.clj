(ns example.server
  (:require [example.page :refer [page]])
  (:import (io.undertow Undertow)
           (io.undertow.server HttpHandler)
           (io.undertow.util Headers))
  (:gen-class))

(defn- variable [name otherwise]
  (or (System/getenv name) otherwise))

(defn- home []
  (page [["Clojure" (clojure-version)]
         ["Java" (System/getProperty "java.version")]
         ["RING_ENV" (variable "RING_ENV" "not set")]
         ["Dyno" (variable "DYNO" "none")]
         ["Greeting" (variable "GREETING" "none; try: heroku config:set GREETING=hello")]]))

(def handler
  (reify HttpHandler
    (handleRequest [_ exchange]
      (.put (.getResponseHeaders exchange) Headers/CONTENT_TYPE "text/html; charset=utf-8")
      (.send (.getResponseSender exchange) ^String (home)))))

(defn -main []
  (let [port (parse-long (variable "PORT" "3000"))]
    (.. (Undertow/builder)
        (addHttpListener port "0.0.0.0")
        (setHandler handler)
        (build)
        (start))
    (println "Listening on port" port)))
