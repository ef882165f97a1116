ThisBuild / version := IO.read(file("VERSION")).trim
ThisBuild / scalaVersion := "2.13.18"

lazy val core = project.settings(libraryDependencies += "com.lihaoyi" %% "upickle" % "4.0.2")

lazy val server = project.dependsOn(core).enablePlugins(JavaAppPackaging)
