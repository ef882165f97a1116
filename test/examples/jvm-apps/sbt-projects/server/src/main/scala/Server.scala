import com.sun.net.httpserver.HttpServer
import java.net.InetSocketAddress

object Server extends App {
  // Heroku's default process type gives the port to Play and its like as a property.
  private val server = HttpServer.create(new InetSocketAddress(sys.props("http.port").toInt), 0)
  server.createContext(
    "/",
    exchange => {
      val body = Answer.text.getBytes
      exchange.sendResponseHeaders(200, body.length.toLong)
      exchange.getResponseBody.write(body)
      exchange.close()
    },
  )
  server.start()
}
